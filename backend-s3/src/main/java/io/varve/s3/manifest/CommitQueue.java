// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers commits until the manifest's thread takes them, in the order of the calls. Thread-safe. */
final class CommitQueue {
    private static final Logger LOG = LoggerFactory.getLogger(CommitQueue.class);

    /** Max edits of an entry, unless one call has more. */
    private static final int MAX_EDITS = 1000;

    private final Scheduler scheduler;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private Kind closedAs;
    private String closedWhy;

    CommitQueue(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /**
     * Holds one call's edits.
     *
     * @param edits take effect together
     * @param done completes with their entry
     */
    record Waiting(List<ManifestEdit> edits, CompletableFuture<Void> done) {
        void complete() {
            done.complete(null);
        }

        void fail(StorageException reason) {
            done.completeExceptionally(reason);
        }
    }

    CompletableFuture<Void> add(List<ManifestEdit> edits) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (edits.isEmpty()) {
            done.completeExceptionally(new StorageException(Kind.MISUSE, "a commit without edits"));
            return done;
        }
        synchronized (this) {
            if (closedAs == null) {
                waiting.add(new Waiting(edits, done));
                notifyAll();
                return done;
            }
        }
        done.completeExceptionally(reason());
        return done;
    }

    /** Waits for commits. @return those of the next entry; none after {@link #close} */
    synchronized List<Waiting> take() {
        while (waiting.isEmpty() && closedAs == null) {
            await();
        }
        List<Waiting> taken = new ArrayList<>();
        int edits = 0;
        while (closedAs == null && !waiting.isEmpty()) {
            edits += waiting.peek().edits().size();
            if (edits > MAX_EDITS && !taken.isEmpty()) {
                break;
            }
            taken.add(waiting.remove());
        }
        return taken;
    }

    /** Waits. @return false as soon as the queue is closed */
    boolean pause(long ms) {
        boolean[] over = new boolean[1];
        Scheduler.Task end = scheduler.schedule(ms, () -> {
            synchronized (this) {
                over[0] = true;
                notifyAll();
            }
        });
        synchronized (this) {
            while (!over[0] && closedAs == null) {
                await();
            }
            end.cancel();
            return closedAs == null;
        }
    }

    /** Ends the queue: no commit comes in or goes out any more. The first reason stays. */
    synchronized void close(Kind kind, String why) {
        if (closedAs == null) {
            closedAs = kind;
            closedWhy = why;
            notifyAll();
        }
    }

    /** @return why the queue ended, a new exception for each caller */
    synchronized StorageException reason() {
        return new StorageException(closedAs, closedWhy);
    }

    /** Fails what still waits, after {@link #close}. */
    void failAll() {
        List<Waiting> stranded;
        synchronized (this) {
            stranded = new ArrayList<>(waiting);
            waiting.clear();
        }
        stranded.forEach(one -> one.fail(reason()));
    }

    private void await() {
        try {
            wait();
        } catch (InterruptedException e) {
            // A callback's interruption must not end the thread: every commit depends on it.
            LOG.debug("The manifest's thread was interrupted and goes on");
        }
    }
}
