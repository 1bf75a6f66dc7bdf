// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import java.util.Objects;

/**
 * Limits the threads, memory and bandwidth of compaction.
 *
 * @param enabled false to compact only on request ({@code log.cleaner.enable})
 * @param threads number of partitions cleaned at a time, at least 1 ({@code log.cleaner.threads})
 * @param dedupeBufferBytes max bytes of memory for keys, all threads together
 *     ({@code log.cleaner.dedupe.buffer.size})
 * @param loadFactor max used part of that memory, above 0, at most 1
 *     ({@code log.cleaner.io.buffer.load.factor})
 * @param ioBufferBytes bytes read at a time, all threads together, unless a batch is larger
 *     ({@code log.cleaner.io.buffer.size})
 * @param bytesPerSecond max bytes read and written in a second, all threads together
 *     ({@code log.cleaner.io.max.bytes.per.second})
 * @param backoffMs ms to wait when there is nothing to clean, at least 1 ({@code log.cleaner.backoff.ms})
 */
public record CompactionConfig(
        boolean enabled,
        int threads,
        long dedupeBufferBytes,
        double loadFactor,
        int ioBufferBytes,
        double bytesPerSecond,
        long backoffMs) {
    /** Kafka 4.3's defaults. */
    public static final CompactionConfig DEFAULT =
            new CompactionConfig(true, 1, 128L << 20, 0.9, 512 << 10, Double.MAX_VALUE, 15_000);

    /** Compacts only on request; all other values are the defaults. */
    public static final CompactionConfig BY_HAND =
            new CompactionConfig(false, 1, 128L << 20, 0.9, 512 << 10, Double.MAX_VALUE, 15_000);

    // Written out: a record's own link method handles when they are first called, which takes a start 10 ms.

    @Override
    public boolean equals(Object other) {
        return other instanceof CompactionConfig config
                && enabled == config.enabled
                && threads == config.threads
                && dedupeBufferBytes == config.dedupeBufferBytes
                && Double.compare(loadFactor, config.loadFactor) == 0
                && ioBufferBytes == config.ioBufferBytes
                && Double.compare(bytesPerSecond, config.bytesPerSecond) == 0
                && backoffMs == config.backoffMs;
    }

    @Override
    public int hashCode() {
        return Objects.hash(enabled, threads, dedupeBufferBytes, loadFactor, ioBufferBytes, bytesPerSecond, backoffMs);
    }
}
