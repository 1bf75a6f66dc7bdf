// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

/**
 * A contiguous piece of a partition, the unit of retention, compaction and tiering.
 *
 * @param baseOffset first offset, inclusive
 * @param endOffset offset after the last, exclusive: the next segment's {@code baseOffset}, or for the active one the
 *     partition's readable end; equal to {@code baseOffset} when nothing was appended yet
 * @param bytes bytes of batches in it
 * @param maxTimestamp largest record timestamp in ms since the epoch, or -1 when empty
 * @param sealed false for the active segment, which still grows
 * @param tier where it lies: "local" or "remote"
 */
public record Segment(long baseOffset, long endOffset, long bytes, long maxTimestamp, boolean sealed, String tier) {
    /** The tier of segments on this machine. */
    public static final String LOCAL = "local";
}
