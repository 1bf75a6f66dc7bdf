// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Gathers commits until the manifest's agent takes them, in the order of the calls. Thread-safe. */
final class CommitQueue {
    /** Max edits of an entry, unless one call has more. */
    private static final int MAX_EDITS = 1000;

    private final Scheduler scheduler;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    /** Completed when the queue is closed. */
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

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
                return done;
            }
        }
        done.completeExceptionally(reason());
        return done;
    }

    /** @return the commits of the next entry; none if none waits, or after {@link #close} */
    synchronized List<Waiting> take() {
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
        boolean closed = scheduler.await(ended, ms);
        // A callback's interruption must not fail the next request: every commit depends on it.
        Thread.interrupted();
        return !closed;
    }

    /** Ends the queue: no commit comes in or goes out any more. The first reason stays. */
    void close(Kind kind, String why) {
        synchronized (this) {
            if (closedAs == null) {
                closedAs = kind;
                closedWhy = why;
            }
        }
        ended.complete(null);
    }

    boolean isClosed() {
        return ended.isDone();
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
}
