// SPDX-License-Identifier: Apache-2.0
package io.varve.file.ring;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Finds the place of each next frame in a ring, behind the last one or at the beginning again, and never over
 * a frame that a start may need. Not thread-safe.
 */
final class RingSpace {
    /** A frame's place. */
    private record Placed(long sequence, long at, int bytes) {}

    private final long begin;
    private final long end;
    /** The frames that a start may need, oldest first. */
    private final Deque<Placed> placed = new ArrayDeque<>();

    private long head;
    private long used;

    /**
     * @param begin first byte for frames
     * @param end exclusive
     */
    RingSpace(long begin, long end) {
        this.begin = begin;
        this.end = end;
        this.head = begin;
    }

    /**
     * Finds the place of a frame. One block always stays free: for the empty frame that frees others.
     *
     * @param bytes of the frame, whole blocks
     * @param spare bytes to leave free behind it
     * @return its first byte, or -1 when there is no space
     */
    long find(int bytes, int spare) {
        if (placed.isEmpty()) {
            long at = head + bytes <= end ? head : begin;
            return at + bytes + spare <= end || at + bytes <= end && at > begin + spare ? at : -1;
        }
        long tail = placed.peekFirst().at;
        if (head <= tail) {
            return tail - head > (long) bytes + spare ? head : -1;
        }
        if (head + bytes + spare <= end || head + bytes <= end && tail - begin > spare) {
            return head;
        }
        return tail - begin > (long) bytes + spare ? begin : -1;
    }

    /** Notes that a frame was written to a place that {@link #find} has returned. */
    void place(long sequence, long at, int bytes) {
        placed.addLast(new Placed(sequence, at, bytes));
        head = at + bytes;
        used += bytes;
    }

    /** Frees the frames before one that a durable frame has named the oldest needed. */
    void release(long oldest) {
        while (!placed.isEmpty() && placed.peekFirst().sequence < oldest) {
            used -= placed.removeFirst().bytes;
        }
    }

    /** @return bytes of the frames that a start may need */
    long used() {
        return used;
    }
}
