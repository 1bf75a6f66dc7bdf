// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Does the same to every item of a list: the caller and a few helpers take one after another, so that the device is never idle. */
final class SharedWork<T> {
    private static final int MOST_HELPERS = 7;
    private static final int ITEMS_PER_HELPER = 16;

    /** What is done to an item. */
    @FunctionalInterface
    interface Work<T> {
        void on(T item) throws IOException;
    }

    private final List<T> items;
    private final Work<T> work;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch left;
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    private SharedWork(List<T> items, Work<T> work) {
        this.items = items;
        this.work = work;
        this.left = new CountDownLatch(items.size());
    }

    /**
     * Returns when all is done.
     *
     * @throws IOException the first failure, as are unchecked ones; items not begun by then are left out
     */
    static <T> void each(List<T> items, SyncThreads threads, Work<T> work) throws IOException {
        SharedWork<T> shared = new SharedWork<>(items, work);
        int helpers = Math.min(Math.min(MOST_HELPERS, threads.most()), items.size() / ITEMS_PER_HELPER);
        for (int i = 0; i < helpers; i++) {
            threads.offer(shared::run);
        }
        shared.run();
        shared.await();
        Exception failed = shared.failure.get();
        if (failed instanceof IOException e) {
            throw e;
        } else if (failed instanceof RuntimeException e) {
            throw e;
        }
    }

    private void run() {
        for (int i = next.getAndIncrement(); i < items.size(); i = next.getAndIncrement()) {
            try {
                if (failure.get() == null) {
                    work.on(items.get(i));
                }
            } catch (IOException | RuntimeException e) {
                failure.compareAndSet(null, e);
            } finally {
                left.countDown();
            }
        }
    }

    private void await() {
        boolean interrupted = false;
        while (true) {
            try {
                left.await();
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
