// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import java.util.Arrays;

/**
 * Notes when a log had grown to which offset and how many bytes, at most once in a period. Finds the offset
 * of a time and the time of an offset, to that period. Not thread-safe.
 */
final class OffsetHistory {
    private static final int INITIAL = 1024;

    private final long periodMs;
    private long[] times = new long[INITIAL];
    private long[] offsets = new long[INITIAL];
    private long[] bytes = new long[INITIAL];
    private int size;

    /** @param periodMs ms between two notes, at least 1 */
    OffsetHistory(long periodMs) {
        this.periodMs = periodMs;
    }

    /** Notes that the log ended at an offset before an append at this time. */
    void note(long timeMs, long offset, long bytesBefore) {
        if (size > 0 && timeMs - times[size - 1] < periodMs) {
            return;
        }
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            offsets = Arrays.copyOf(offsets, 2 * size);
            bytes = Arrays.copyOf(bytes, 2 * size);
        }
        times[size] = timeMs;
        offsets[size] = offset;
        bytes[size] = bytesBefore;
        size++;
    }

    /** @return an offset that was not appended before the period that ends at this time */
    long offsetAt(long timeMs) {
        int index = floor(times, timeMs);
        return index < 0 ? 0 : offsets[index];
    }

    /** @return about when the record was appended, in ms since the epoch; -1 if nothing was */
    long timeOf(long offset) {
        return size == 0 ? -1 : times[Math.max(0, floor(offsets, offset))];
    }

    /** @return about how many bytes were appended before the record */
    long bytesBefore(long offset) {
        return size == 0 ? 0 : bytes[Math.max(0, floor(offsets, offset))];
    }

    private int floor(long[] values, long value) {
        int found = Arrays.binarySearch(values, 0, size, value);
        return found >= 0 ? found : -found - 2;
    }
}
