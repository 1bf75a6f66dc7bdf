// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

/**
 * Holds the limits at which a backend ends the active segment and starts the next: before an append that
 * would exceed a limit. A segment holds at least one batch, however large. Also holds the delay before files
 * of trimmed segments are deleted.
 *
 * @param segmentBytes max bytes in a segment, at least 14 (Kafka's {@code segment.bytes})
 * @param segmentMs max span in ms between the first batch's max timestamp and that of the batch to be
 *     appended, at least 1 (Kafka's {@code segment.ms}); without timestamps, max time since the first append
 * @param indexIntervalBytes bytes of log between two index entries, 0 or more ({@code index.interval.bytes})
 * @param indexMaxBytes max bytes in an offset or time index; a full index ends the segment
 *     ({@code segment.index.bytes})
 * @param deleteDelayMs time in ms for which the file of a trimmed segment stays under another name, in case
 *     an operator wants it back ({@code file.delete.delay.ms}); a storage without such files, or without
 *     space, may ignore it
 */
public record SegmentLimits(
        int segmentBytes, long segmentMs, int indexIntervalBytes, int indexMaxBytes, long deleteDelayMs) {
    /** Kafka's defaults: 1 GiB, 7 days, 4 KiB, 10 MiB, a minute. */
    public static final SegmentLimits DEFAULT =
            new SegmentLimits(1 << 30, 7L * 24 * 3600 * 1000, 4096, 10 << 20, 60_000);

    /** @throws StorageException MISUSE if a limit is below its minimum */
    public SegmentLimits {
        require(segmentBytes >= 14, "segment.bytes", segmentBytes, 14);
        require(segmentMs >= 1, "segment.ms", segmentMs, 1);
        require(indexIntervalBytes >= 0, "index.interval.bytes", indexIntervalBytes, 0);
        require(indexMaxBytes >= 4, "segment.index.bytes", indexMaxBytes, 4);
        require(deleteDelayMs >= 0, "file.delete.delay.ms", deleteDelayMs, 0);
    }

    /** Makes limits with which files are deleted at once. */
    public SegmentLimits(int segmentBytes, long segmentMs, int indexIntervalBytes, int indexMaxBytes) {
        this(segmentBytes, segmentMs, indexIntervalBytes, indexMaxBytes, 0);
    }

    /**
     * @param ms the max span of a segment, in ms
     * @return a copy with that span
     */
    public SegmentLimits withSegmentMs(long ms) {
        return new SegmentLimits(segmentBytes, ms, indexIntervalBytes, indexMaxBytes, deleteDelayMs);
    }

    private static void require(boolean holds, String key, long value, long min) {
        if (!holds) {
            throw new StorageException(
                    StorageException.Kind.MISUSE, key + " is " + value + ", must be at least " + min);
        }
    }
}
