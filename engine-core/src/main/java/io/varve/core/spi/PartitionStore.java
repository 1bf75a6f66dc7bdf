// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads and writes one open partition, an ordered run of record batches.
 *
 * <p>Two moments matter. A batch is <em>readable</em> when {@link #read} returns it, at the latest when
 * {@link Storage#sync} returns; it is <em>durable</em> when it survives a power cut, at the latest when
 * {@link Storage#sync} returns. Batches that are appended and not readable yet count all the same: the next
 * run goes after it, trimming and truncation cover it, {@link #close} keeps it.
 *
 * <p>Threads: one writer at a time ({@link #append}, {@link #trimTo}, {@link #truncateTo}, {@link #limits},
 * ordered by the caller); one {@link #replace} at a time, beside the writer; any number of readers at any
 * time, also during a write, {@link Storage#sync} or {@link Storage#delete}.
 *
 * <p>Every method throws CLOSED after {@link #close} or {@link Storage#delete}; every write throws FENCED
 * once a higher epoch has opened the partition.
 */
public interface PartitionStore extends AutoCloseable {
    /** @return the partition's name */
    PartitionId id();

    /**
     * @return the data directory it lies in, one of {@link StorageContext#directories}; empty where that
     *     means nothing
     */
    default Optional<Path> directory() {
        return Optional.empty();
    }

    /**
     * @return how far the partition reaches now, as readers see it; an empty partition has three equal ends
     */
    Extent extent();

    /**
     * Sets where segments end from the next append on.
     *
     * @param limits the new limits
     */
    void limits(SegmentLimits limits);

    /**
     * Appends whole batches at the end of what was appended before.
     *
     * <p>To be correct: accepted in order; all of the run or nothing is kept, also when this throws; bytes
     * are stored as they are. A run may start above the end (a gap is left where the caller leaves one);
     * the start of the extent does not move.
     *
     * <p>A storage that keeps what is not synced in memory may wait for a sync here, or begin one, but not
     * without end: what is kept of partitions whose sync has failed does not count.
     *
     * @param run the batches; the buffer is the caller's again on return
     * @throws StorageException FULL when there is no space or the device refuses the bytes: the same append
     *     succeeds when that is over, with nothing reopened; FULL for good after a {@link Storage#sync}
     *     that failed with FULL; RETRY when others took the memory that syncs freed; FENCED; CLOSED; MISUSE
     *     if the run does not pass {@link BatchRun#requireAtOrAbove}
     */
    void append(BatchRun run);

    /**
     * Tells whether an append would have to wait for the device, because too much is not synced. Never
     * waits itself. Others may append meanwhile, so the answer is no promise. A thread that must not wait
     * asks, and leaves the append to one that may.
     *
     * @param bytes how many are to be appended
     * @return true if they would wait now
     */
    default boolean appendWaits(int bytes) {
        return false;
    }

    /**
     * Waits until an append would not have to. The caller holds no lock that others need. The wait ends in
     * any case, and never throws: the append throws.
     *
     * @param bytes how many are to be appended
     */
    default void awaitSpace(int bytes) {}

    /**
     * Reads whole batches, starting with the one that contains {@code offset}, or, where the offset falls
     * into a gap, the first one after it.
     *
     * <p>To be correct: returns the first batch even when it is larger than {@code maxBytes}; never part of
     * a batch; nothing that holds an offset at or above {@code endOffset} or {@code readableEnd}; an empty
     * slice exactly when no batch lies between. A slice may stop short of {@code maxBytes}, for instance at
     * a segment's end.
     *
     * <p>Damage: where the bytes at {@code offset} are not what was appended, the read throws CORRUPT, or
     * hands them out as they are for the batch's own checksum to give away; it never skips them to a later
     * batch, and sound batches on either side stay readable. With {@code log.read.verify=true} in
     * {@link StorageContext#properties} it always throws.
     *
     * @param offset where to start, {@code start <= offset <= readableEnd}
     * @param endOffset where to stop, exclusive: the high watermark or the last stable offset, most often
     *     {@code durableEnd}; any larger value means the readable end
     * @param maxBytes soft limit in bytes, 0 or more
     * @return the batches; the caller closes the slice
     * @throws StorageException MISUSE if the offset is outside the extent; CORRUPT if the bytes are
     *     damaged; CLOSED
     */
    BatchSlice read(long offset, long endOffset, int maxBytes);

    /**
     * Finds the first batch whose largest timestamp is at least {@code timestamp}.
     *
     * @param timestamp ms since the epoch
     * @return the batch, or null when all are older
     * @throws StorageException CORRUPT; CLOSED
     */
    OffsetAt offsetAt(long timestamp);

    /** @return the segments, oldest first; the last one is the active one. A copy; never empty */
    List<Segment> segments();

    /**
     * Drops everything below an offset, at least as seen through {@link #extent()}; idempotent; never moves
     * the start back. Space is freed by whole segments. The new start survives a crash after the next
     * {@link Storage#sync} of this partition. Trimming works also when the storage is full.
     *
     * @param start new first offset; at or above the end of what was appended it empties the partition,
     *     whose next offset is then {@code start}
     * @throws StorageException FENCED; CLOSED
     */
    void trimTo(long start);

    /**
     * Drops every batch that holds an offset at or above {@code end}, and snapshots bound to offsets above
     * the new end; idempotent. Durable on return; a crash meanwhile leaves either the old content or the new.
     * Slices handed out before keep their bytes.
     *
     * <p>What is left is readable on return, and the new readable end is the end of the last batch kept.
     * When no batch above {@code start} is kept the partition is empty, its next offset the lower of
     * {@code start} and {@code end}.
     *
     * @param end lowest offset to drop, 0 or more
     * @throws StorageException FENCED; CLOSED
     */
    void truncateTo(long end);

    /**
     * Puts compacted batches in place of sealed segments. Durable on return; a crash leaves either the old
     * segments or the new batches, never a mixture. Start and readable end do not change; the durable end
     * may move up to the end of {@code old}. The new batches make up one segment, which stands where
     * {@code old} stood.
     *
     * <p>It may take long, and no other call waits for it: while {@code cleaned} is asked for batches, and
     * while these are copied, appends, trims, truncations and {@link Storage#sync} of this partition go on,
     * and so do an {@link Storage#open} with a higher epoch and {@link Storage#delete}. They take effect:
     * when one of them has removed anything of {@code old} away, the replacement does not take place; when a
     * trim has only moved the start within {@code old}, it does, and the start stays where the trim put it.
     *
     * @param old sealed, adjacent segments as {@link #segments()} returned them
     * @param cleaned what is to stand in their place; offsets lie within theirs. What it throws comes
     *     through, and nothing is changed
     * @throws StorageException MISUSE if {@code old} is not a run of present sealed segments, or a batch
     *     lies outside them; RETRY if it was at the call, and was trimmed or truncated meanwhile; FULL;
     *     FENCED; CLOSED
     */
    void replace(List<Segment> old, BatchSource cleaned);

    /** @return blobs kept with this partition */
    Snapshots snapshots();

    /**
     * Closes the handle without deleting anything; does not sync. Idempotent. Slices handed out stay
     * readable.
     */
    @Override
    void close();
}
