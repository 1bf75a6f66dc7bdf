// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Does the same to every item of a list, several at a time: the caller and a few helpers take one item after
 * another.
 */
public final class ParallelWork<T> {
    /** Helpers for work that needs the processor as well as the device. */
    private static final int MAX_HELPERS = 7;

    private static final int ITEMS_PER_HELPER = 16;

    /** What is done to an item. */
    @FunctionalInterface
    public interface Work<T> {
        void on(T item) throws IOException;
    }

    private final List<T> items;
    private final Work<T> work;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch unfinished;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private ParallelWork(List<T> items, Work<T> work) {
        this.items = items;
        this.work = work;
        this.unfinished = new CountDownLatch(items.size());
    }

    /**
     * Returns when all is done.
     *
     * @throws IOException the first failure, as are unchecked ones and errors; items not begun by then are
     *     left out
     */
    public static <T> void each(List<T> items, SyncThreads threads, Work<T> work) throws IOException {
        ParallelWork<T> parallel = new ParallelWork<>(items, work);
        parallel.runWith(threads, Math.min(MAX_HELPERS, items.size() / ITEMS_PER_HELPER));
        if (parallel.failure.get() instanceof IOException e) {
            throw e;
        }
        parallel.requireDone();
    }

    /**
     * As {@link #each}, for work that mostly waits for the device: one helper for so many items. When it
     * returns all was done; what an item's work throws comes through, and then some may be left out.
     */
    public static <T> void waiting(List<T> items, SyncThreads threads, int itemsPerHelper, Consumer<T> work) {
        ParallelWork<T> parallel = new ParallelWork<>(items, work::accept);
        parallel.runWith(threads, items.size() / itemsPerHelper);
        parallel.requireDone();
    }

    /** Whoever counts on the work must not go on when a part of it was left out, whatever the reason. */
    private void requireDone() {
        Throwable failed = failure.get();
        if (failed instanceof RuntimeException e) {
            throw e;
        } else if (failed instanceof Error e) {
            throw e;
        }
    }

    private void runWith(SyncThreads threads, int helpers) {
        for (int i = 0; i < Math.min(helpers, threads.max()); i++) {
            threads.offer(this::run); // one that comes late finds nothing to do
        }
        run();
        await();
    }

    private void run() {
        for (int i = next.getAndIncrement(); i < items.size(); i = next.getAndIncrement()) {
            try {
                if (failure.get() == null) {
                    work.on(items.get(i));
                }
            } catch (IOException | RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            } finally {
                unfinished.countDown();
            }
        }
    }

    /** Every item is taken by a thread that is running by now. */
    private void await() {
        boolean interrupted = false;
        while (true) {
            try {
                unfinished.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
