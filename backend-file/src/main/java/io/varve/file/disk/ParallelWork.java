// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Runs the same work on every item of a list, several items at a time: the calling thread and some helper
 * threads take one item after another.
 */
public final class ParallelWork<T> {
    /** Max helpers for work that needs the processor as well as the device. */
    private static final int MAX_HELPERS = 7;

    private static final int ITEMS_PER_HELPER = 16;

    /** The work on one item. */
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

    /** As the other method of this name, for items of little work. */
    public static <T> void each(List<T> items, SyncThreads threads, Work<T> work) throws IOException {
        each(items, threads, ITEMS_PER_HELPER, work);
    }

    /**
     * Runs the work on each item; returns when all items are done.
     *
     * @param itemsPerHelper one helper thread is used for so many items
     * @throws IOException the first failure; an unchecked exception or an error comes through as well. Items
     *     not begun by then are skipped
     */
    public static <T> void each(List<T> items, SyncThreads threads, int itemsPerHelper, Work<T> work)
            throws IOException {
        ParallelWork<T> parallel = new ParallelWork<>(items, work);
        parallel.runWith(threads, Math.min(MAX_HELPERS, items.size() / itemsPerHelper));
        if (parallel.failure.get() instanceof IOException e) {
            throw e;
        }
        parallel.requireDone();
    }

    /**
     * As {@link #each}, for work that mostly waits for the device.
     *
     * @param itemsPerHelper one helper thread is used for so many items
     */
    public static <T> void waiting(List<T> items, SyncThreads threads, int itemsPerHelper, Consumer<T> work) {
        ParallelWork<T> parallel = new ParallelWork<>(items, work::accept);
        parallel.runWith(threads, items.size() / itemsPerHelper);
        parallel.requireDone();
    }

    /**
     * Throws the unchecked failure, if there was one: the caller must not go on when some items were skipped.
     */
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
            threads.offer(this::run); // a helper that starts late finds no item
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

    /** Waits for the items that helpers still work on. An interrupt is kept for the caller. */
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
