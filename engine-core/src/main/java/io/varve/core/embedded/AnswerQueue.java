// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import io.varve.core.runtime.Scheduler;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes the futures that users hold, in order, on an agent of its own: what users hang on a future may
 * take its time, and the committer must not. Thread-safe.
 */
final class AnswerQueue {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerQueue.class);
    private static final long CLOSE_MS = 30_000;

    private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
    private final Scheduler.Agent agent;
    private volatile boolean ended;

    AnswerQueue(Scheduler scheduler) {
        agent = scheduler.worker("event-store-answers", this::run);
    }

    /** @param answer completes a future; does not throw */
    void add(Runnable answer) {
        answers.add(answer);
        agent.wake();
        if (ended) {
            run(); // the agent does not see it any more
        }
    }

    private long run() {
        for (Runnable answer = answers.poll(); answer != null; answer = answers.poll()) {
            answer.run();
        }
        return Scheduler.AgentStep.UNTIL_WOKEN;
    }

    /** Completes those that wait, and ends the agent: later ones are completed by who adds them. */
    void close() {
        if (!agent.close(CLOSE_MS)) {
            LOG.debug("What was hung on a future runs on, or closes the store itself");
        }
        ended = true;
        run();
    }
}
