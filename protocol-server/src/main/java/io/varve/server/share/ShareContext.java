// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.share.state.ShareStateStore;
import java.util.function.Consumer;

/**
 * The parts of the server that share partitions use.
 *
 * @param store keeps the states of records
 * @param settings the settings of groups
 * @param clock measures locks
 * @param scheduler ends locks
 * @param lookUps runs a task that reads disks, on a thread that may wait
 */
record ShareContext(
        ShareStateStore store,
        ShareGroupSettings settings,
        Clock clock,
        Scheduler scheduler,
        Consumer<Runnable> lookUps) {}
