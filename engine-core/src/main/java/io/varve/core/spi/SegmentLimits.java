// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

/**
 * When a backend ends the active segment and starts the next: before an append that would exceed a limit. A segment holds at
 * least one batch, however large.
 *
 * @param segmentBytes most bytes in a segment, at least 14 (Kafka's {@code segment.bytes})
 * @param segmentMs longest span in ms between the first batch's max timestamp and that of the batch to be appended, at least 1 (Kafka's
 *     {@code segment.ms})
 * @param indexIntervalBytes bytes of log between two index entries, 0 or more ({@code index.interval.bytes})
 * @param indexMaxBytes most bytes in an offset or time index; a full index ends the segment ({@code segment.index.bytes})
 */
public record SegmentLimits(int segmentBytes, long segmentMs, int indexIntervalBytes, int indexMaxBytes) {
    /** Kafka's defaults: 1 GiB, 7 days, 4 KiB, 10 MiB. */
    public static final SegmentLimits DEFAULT = new SegmentLimits(1 << 30, 7L * 24 * 3600 * 1000, 4096, 10 << 20);

    /** @throws StorageException MISUSE if a limit is below its least value */
    public SegmentLimits {
        require(segmentBytes >= 14, "segment.bytes", segmentBytes, 14);
        require(segmentMs >= 1, "segment.ms", segmentMs, 1);
        require(indexIntervalBytes >= 0, "index.interval.bytes", indexIntervalBytes, 0);
        require(indexMaxBytes >= 4, "segment.index.bytes", indexMaxBytes, 4);
    }

    private static void require(boolean holds, String key, long value, long least) {
        if (!holds) {
            throw new StorageException(
                    StorageException.Kind.MISUSE, key + " is " + value + ", must be at least " + least);
        }
    }
}
