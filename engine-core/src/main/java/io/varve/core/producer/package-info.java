// SPDX-License-Identifier: Apache-2.0
/**
 * Idempotence in one partition: the epoch and the last batches of each producer, rebuilt from the log and its
 * snapshots.
 */
package io.varve.core.producer;
