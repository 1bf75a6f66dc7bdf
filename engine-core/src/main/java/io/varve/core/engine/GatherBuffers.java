// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.runtime.Scheduler;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keeps the buffers in which appends wait for their commit: a partition that gets none stores its appends at
 * once. A few stay; what others were not used for a while are left to the garbage collector. Thread-safe.
 */
final class GatherBuffers {
    /** Bytes of a buffer: about what a producer has in flight for a partition. */
    static final int BYTES = 128 * 1024;
    /** Max number of buffers, 8 MiB in all: one that fills, and one that is written, for 32 partitions. */
    static final int MAX = 64;
    /** So many stay. */
    static final int KEPT = 8;
    /** After so many ms those that were not used go. */
    static final long IDLE_MS = 10_000;

    private final Scheduler scheduler;
    private final Deque<ByteBuffer> free = new ArrayDeque<>(KEPT);
    private int made;
    /** Min number of free buffers since the last look. */
    private int unused;

    private boolean looking;

    /** @param scheduler looks for unused buffers while there are more than a few */
    GatherBuffers(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** @return an empty buffer, or null if all are in use */
    synchronized ByteBuffer take() {
        ByteBuffer buffer = free.poll();
        if (buffer == null && made < MAX) {
            buffer = ByteBuffer.allocateDirect(BYTES);
            made++;
            lookLater();
        }
        unused = Math.min(unused, free.size());
        return buffer;
    }

    /** @param buffer an empty one, not used any more */
    synchronized void giveBack(ByteBuffer buffer) {
        free.push(buffer);
    }

    private void lookLater() {
        if (made > KEPT && !looking) {
            looking = true;
            scheduler.schedule(IDLE_MS, this::dropUnused);
        }
    }

    private synchronized void dropUnused() {
        looking = false;
        for (int left = Math.min(unused, made - KEPT); left > 0; left--) {
            free.pollLast();
            made--;
        }
        unused = free.size();
        lookLater();
    }

    /** @return number of buffers there are, in use or not */
    synchronized int made() {
        return made;
    }
}
