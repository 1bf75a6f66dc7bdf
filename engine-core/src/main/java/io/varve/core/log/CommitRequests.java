// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.runtime.EventLoop;
import java.nio.ByteBuffer;
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

    /** @return as {@link AppendListener#lend} */
    ByteBuffer lend() {
        return listener.lend();
    }

    /** @param buffer as {@link AppendListener#giveBack} */
    void giveBack(ByteBuffer buffer) {
        listener.giveBack(buffer);
    }

    /** @param records how many records were appended */
    void now(long records) {
        listener.appended(log, records);
    }

    /**
     * Requests a commit as a task of an event loop, or at once when the loop has ended.
     *
     * @param afterwards runs the request
     * @param committing the event loop that may commit the append itself; null if none may
     * @param records how many records were appended
     */
    void on(Executor afterwards, EventLoop committing, long records) {
        Runnable request = committing == null ? () -> now(records) : () -> listener.appended(log, records, committing);
        try {
            afterwards.execute(request);
        } catch (RejectedExecutionException ended) {
            now(records);
        }
    }
}
