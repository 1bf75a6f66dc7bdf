// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.util.List;

/**
 * Names a contiguous piece of a partition, the unit of retention, compaction and tiering.
 *
 * @param baseOffset first offset, inclusive
 * @param endOffset offset after the last, exclusive: the next segment's {@code baseOffset}, or for the active
 *     one the partition's readable end; equal to {@code baseOffset} before the first append
 * @param bytes bytes of its batches
 * @param maxTimestamp largest record timestamp in ms since the epoch, or -1 when empty
 * @param lastAppendMs time of the last append, in ms since the epoch by the storage's clock, whatever the
 *     records' timestamps; -1 before the first append, or if it is not known. Kept over
 *     {@link Storage#close}. After a crash it may be up to a second earlier, where file times are coarse, or
 *     later, up to the time of the start. {@link PartitionStore#replace} gives the new segment the latest
 *     time of the old ones; a truncation changes no remaining segment's time
 * @param sealed false for the active segment, which still grows
 * @param tier where its bytes are
 */
public record Segment(
        long baseOffset, long endOffset, long bytes, long maxTimestamp, long lastAppendMs, boolean sealed, Tier tier) {
    /** Says where the bytes of a segment are. A storage without a remote tier has LOCAL segments only. */
    public enum Tier {
        /** On this machine only. */
        LOCAL,
        /** On this machine, and durable in the remote tier: the local copy may go. */
        BOTH,
        /** In the remote tier only: reads are slow, and {@link PartitionStore#replace} is refused. */
        REMOTE
    }

    /** @return true if its bytes are on this machine */
    public boolean isLocal() {
        return tier != Tier.REMOTE;
    }

    /** @return true if its bytes are in the remote tier */
    public boolean isRemote() {
        return tier != Tier.LOCAL;
    }

    /**
     * @param place where its bytes are
     * @return a copy that says so
     */
    public Segment in(Tier place) {
        return new Segment(baseOffset, endOffset, bytes, maxTimestamp, lastAppendMs, sealed, place);
    }

    /**
     * Compares all but the times and the tier, which change while a segment stays what it is.
     *
     * @param other another state of this segment, or another segment
     * @return true if both have the same offsets and bytes
     */
    public boolean isSamePieceAs(Segment other) {
        return baseOffset == other.baseOffset
                && endOffset == other.endOffset
                && bytes == other.bytes
                && sealed == other.sealed;
    }

    /**
     * @param segments any segments
     * @return the latest append to one of them, in ms since the epoch, or -1
     */
    public static long lastAppendMs(List<Segment> segments) {
        return segments.stream().mapToLong(Segment::lastAppendMs).max().orElse(-1);
    }
}
