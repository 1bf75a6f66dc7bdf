// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Requests the commits of a partition's appends, outside any lock. Thread-safe. */
final class CommitRequests {
    private final PartitionLog log;
    private final AppendListener listener;

    CommitRequests(PartitionLog log, AppendListener listener) {
        this.log = log;
        this.listener = listener;
    }

    /** @param records how many records were appended */
    void now(long records) {
        listener.appended(log, records);
    }

    /**
     * Requests a commit as a task of an event loop, or at once when the loop has ended.
     *
     * @param records how many records were appended
     * @param mayCommit whether the loop may commit them itself
     */
    void on(Executor loop, boolean mayCommit, long records) {
        Runnable request = mayCommit ? () -> listener.appended(log, records, loop) : () -> now(records);
        try {
            loop.execute(request);
        } catch (RejectedExecutionException ended) {
            now(records);
        }
    }
}
