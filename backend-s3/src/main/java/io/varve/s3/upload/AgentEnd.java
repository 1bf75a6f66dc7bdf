// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.runtime.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends agents, and waits for them. Stateless. */
final class AgentEnd {
    private static final Logger LOG = LoggerFactory.getLogger(AgentEnd.class);
    private static final long WAIT_MS = 10_000;

    private AgentEnd() {}

    /** Waits for the step in progress, but not forever: it may wait for an answer of the bucket. */
    static void await(String name, Scheduler.Agent agent) {
        if (!agent.close(WAIT_MS)) {
            LOG.warn("{} still waits for the bucket after {} s; it ends with its request", name, WAIT_MS / 1000);
        }
    }
}
