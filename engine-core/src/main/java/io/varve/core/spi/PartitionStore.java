// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Reads and writes one open partition, an ordered run of record batches.
 *
 * <p>A batch has two states. It is <em>readable</em> when {@link #read} returns it, at the latest when
 * {@link Storage#sync} returns; it is <em>durable</em> when it survives a power cut, at the latest when
 * {@link Storage#sync} returns. A batch that is appended but not readable yet counts too: the next run
 * follows it, trims and truncations include it, and {@link #close} keeps it.
 *
 * <p>Threads: one writer at a time ({@link #append}, {@link #seal}, {@link #trimTo}, {@link #truncateTo},
 * {@link #settings}, {@link #dropLocal}, ordered by the caller); one {@link #replace} at a time, beside the
 * writer; any number of readers at any time, also during a write, {@link Storage#sync} or
 * {@link Storage#delete}.
 *
 * <p>Every method throws CLOSED after {@link #close} or {@link Storage#delete}; every write throws FENCED
 * once a higher epoch has opened the partition. Once another server has claimed a storage that both share,
 * every write throws FENCED too, and a read may: what it would give may not be the partition's any more.
 */
public interface PartitionStore extends AutoCloseable {
    /** @return the partition's name */
    PartitionId id();

    /**
     * @return the data directory of the partition, one of {@link StorageContext#directories}; empty if the
     *     storage does not place partitions in directories
     */
    default Optional<Path> directory() {
        return Optional.empty();
    }

    /** @return the current start and ends as readers see them; all three are equal in an empty partition */
    Extent extent();

    /**
     * Sets what holds from the next write on.
     *
     * @param settings the new settings
     * @throws StorageException FENCED; CLOSED
     */
    void settings(PartitionSettings settings);

    /**
     * Appends whole batches after the last appended batch.
     *
     * <p>To be correct: runs are stored in the order of the calls; either the whole run or nothing is stored,
     * also if this throws; the bytes are stored unchanged. A run may start above the end, which leaves a gap;
     * the start of the extent does not move.
     *
     * <p>A storage that keeps unsynced batches in memory may wait for a sync here, or begin one, for a
     * bounded time. Memory held by partitions whose sync has failed must not make other partitions wait.
     *
     * @param run the batches; the buffer is not kept after the return
     * @throws StorageException FULL if there is no space or the device refuses the bytes: the same append
     *     succeeds when there is space again, without reopening; FULL for good after a {@link Storage#sync}
     *     that failed with FULL; RETRY if other appends took the memory that syncs freed, or a truncation is
     *     undecided; FENCED; CLOSED; MISUSE if the run does not pass {@link BatchRun#requireAtOrAbove}
     */
    void append(BatchRun run);

    /**
     * Tells whether an append would wait for the device, because too many bytes are not synced. Returns at
     * once. The result is a hint, since others may append meanwhile. An event loop calls this, and leaves an
     * append that would wait to a worker thread.
     *
     * @param bytes number of bytes to append
     * @return true if their append would wait now
     */
    default boolean appendWaits(int bytes) {
        return false;
    }

    /**
     * Waits until an append would not wait, for a bounded time. The caller must hold no lock that others
     * need. Never throws: the append does.
     *
     * @param bytes number of bytes to append
     */
    default void awaitSpace(int bytes) {}

    /**
     * Reads whole batches from the one that contains {@code offset}, or from the first one after it if the
     * offset falls into a gap.
     *
     * <p>To be correct: returns the first batch even if it is larger than {@code maxBytes}; never returns a
     * part of a batch, or a batch with an offset at or above {@code endOffset} or {@code readableEnd};
     * returns an empty slice if and only if no batch lies between. A slice may be shorter than
     * {@code maxBytes}, for instance at a segment's end.
     *
     * <p>Damage: if the bytes at {@code offset} are not those that were appended, the read throws CORRUPT, or
     * returns them as they are, so that the batch's checksum reveals the damage. It never skips damaged bytes
     * to a later batch. Sound batches on both sides stay readable. With {@code log.read.verify=true} in
     * {@link StorageContext#properties} it always throws.
     *
     * @param offset first offset to read, {@code start <= offset <= readableEnd}
     * @param endOffset end of the read, exclusive: the high watermark or the last stable offset; a value
     *     above the readable end means the readable end
     * @param maxBytes soft limit in bytes, 0 or more
     * @return the batches; the caller closes the slice
     * @throws StorageException MISUSE if the offset is outside the extent; CORRUPT if the bytes are damaged;
     *     FENCED, for a storage that another server has claimed; CLOSED
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
     * Ends the active segment, as an append that exceeds a limit does: the next batch begins a new one. Does
     * nothing when the active segment has no batch.
     *
     * <p>To be correct: the sealed segment ends at the end of the appended batches, also those that are not
     * readable yet; the start and the ends of the extent do not change. {@link #segments} shows it at the
     * latest when {@link Storage#sync} returns. From then on the segment stays sealed over {@link #close}, a
     * new start and a crash, until it is trimmed, truncated or replaced. A crash before that sync may leave
     * it active. Should work when the storage is full, as trims do: a tier may need it to make space.
     *
     * @throws StorageException FULL if the next segment cannot be created: nothing has changed then; FENCED;
     *     CLOSED
     */
    void seal();

    /**
     * Returns the end of the sealed segments as {@link #segments()} shows them. Cheap: called after every
     * sync.
     *
     * @return the base offset of the active segment
     * @throws StorageException CLOSED
     */
    default long sealedEnd() {
        List<Segment> all = segments();
        return all.get(all.size() - 1).baseOffset();
    }

    /**
     * Drops the local copies of segments that lie wholly below an offset and are in the remote tier too, the
     * oldest first; stops at the first one that is not. Neither the extent nor any record changes: their
     * segments turn from {@link Segment.Tier#BOTH} to {@link Segment.Tier#REMOTE}. Idempotent. By default
     * there is no remote tier, and nothing happens.
     *
     * @param upTo exclusive end of what may be dropped
     * @throws StorageException FENCED; CLOSED; neither by default
     */
    default void dropLocal(long upTo) {
        // no remote tier
    }

    /**
     * Tells whether a {@link #read} is served from this machine. Returns at once. The result is a hint, since
     * a local copy may be dropped meanwhile; the read is correct all the same, but may wait. An event loop
     * uses {@link #readLocal}.
     *
     * @param offset first offset to read
     * @return true if {@code read} does not wait for a remote tier; also for offsets outside the extent
     */
    default boolean isLocal(long offset) {
        return true;
    }

    /**
     * Reads as {@link #read} does if the batches are on this machine. Never waits for a remote tier, also if
     * a local copy is dropped meanwhile. An event loop calls this, and uses {@link #readAsync} for the
     * others.
     *
     * @param offset as for {@link #read}
     * @param endOffset as for {@link #read}
     * @param maxBytes as for {@link #read}
     * @return the batches, for the caller to close; null if they are in the tier only
     * @throws StorageException as {@link #read}
     */
    default BatchSlice readLocal(long offset, long endOffset, int maxBytes) {
        return read(offset, endOffset, maxBytes);
    }

    /**
     * Tells whether {@link #readLocal} from an offset on may wait for the device, because its bytes, or those
     * that find them, may not be in memory. Returns at once. The result is a hint. An event loop calls this,
     * and leaves a read that may wait to a worker thread, which also {@link BatchSlice#load loads} it.
     *
     * @param offset first offset to read
     * @return true if the read may wait; false for an offset that is in a remote tier only, or outside the
     *     extent; any after {@link #close}
     */
    default boolean readWaits(long offset) {
        return false;
    }

    /**
     * Reads as {@link #read} does, without waiting for a remote tier: the result comes later. By default the
     * read is done at once.
     *
     * <p>To be correct: does not block where {@link #isLocal} is false; the future completes in bounded time,
     * also after {@link #close}. It may be completed on any thread, by one that must not be held up. The
     * caller closes the slice, also one that comes later than the caller wanted to wait: it never cancels the
     * future.
     *
     * @param offset as for {@link #read}
     * @param endOffset as for {@link #read}
     * @param maxBytes as for {@link #read}
     * @return completed with the batches, or with the {@link StorageException} that {@link #read} would
     *     throw; RETRY if the remote tier does not answer. Never throws
     */
    default CompletableFuture<BatchSlice> readAsync(long offset, long endOffset, int maxBytes) {
        try {
            return CompletableFuture.completedFuture(read(offset, endOffset, maxBytes));
        } catch (StorageException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Returns the timestamp of a segment's oldest records. By default reads the header of a batch; a storage
     * with a remote tier must know it without a request, as there may be thousands of segments.
     *
     * @param segment one of {@link #segments()}
     * @return max timestamp of the first batch that the segment still holds, in ms since the epoch;
     *     {@link io.varve.core.record.BatchHeader#NO_TIMESTAMP} if the segment has no batch, or the batch no
     *     timestamp
     * @throws StorageException CORRUPT; CLOSED; MISUSE if the segment was trimmed meanwhile
     * @throws io.varve.core.record.InvalidBatchException if the stored bytes are no batch
     */
    default long firstTimestamp(Segment segment) {
        return FirstTimestamp.read(this, segment);
    }

    /**
     * Drops all records below an offset, at least as seen through {@link #extent()}; idempotent; never moves
     * the start back. Space is freed by whole segments. The new start survives a crash after the next
     * {@link Storage#sync} of this partition. Trims also work when the storage is full.
     *
     * @param start new first offset; at or above the end of the appended batches it empties the partition,
     *     whose next offset is then {@code start}
     * @throws StorageException RETRY while a truncation is undecided; FENCED; CLOSED
     */
    void trimTo(long start);

    /**
     * Drops every batch that holds an offset at or above {@code end}, and snapshots of offsets above the new
     * end; idempotent. Durable on return; a crash meanwhile leaves either the old content or the new. Open
     * slices keep their bytes.
     *
     * <p>The remaining batches are readable on return, and the new readable end is the end of the last one.
     * If no batch above {@code start} remains, the partition is empty, and its next offset is the lower of
     * {@code start} and {@code end}.
     *
     * <p>What lies in a remote tier is truncated there. If the tier does not answer in time, the truncation
     * is undecided: it takes place as soon as the tier has taken it, or not at all if the process ends
     * before. Until then every other write fails with RETRY, and so does a read at or above {@code end}.
     *
     * @param end lowest offset to drop, 0 or more
     * @throws StorageException RETRY if the tier does not answer; FENCED; CLOSED
     */
    void truncateTo(long end);

    /**
     * Replaces sealed segments by compacted batches. Durable on return; a crash leaves either the old
     * segments or the new batches, never a mixture. Start and readable end do not change; the durable end may
     * rise to the end of {@code old}. The new batches make up one segment in the place of {@code old}.
     *
     * <p>It may take long, and no other call waits for it. While {@code cleaned} supplies batches and these
     * are copied, appends, trims, truncations and {@link Storage#sync} of this partition take effect, and so
     * do an {@link Storage#open} with a higher epoch and {@link Storage#delete}. If one of them removes a
     * segment or a batch of {@code old}, the replacement fails. If a trim only moves the start within
     * {@code old}, the replacement takes place, and the start stays where the trim put it.
     *
     * @param old sealed, adjacent segments as {@link #segments()} returned them
     * @param cleaned the new batches, whose offsets lie within those of {@code old}. Its exception is passed
     *     on, and nothing is changed then
     * @throws StorageException MISUSE if {@code old} is not a run of present sealed segments, or a batch lies
     *     outside them; RETRY if {@code old} was trimmed or truncated since the call, or a segment of it is
     *     {@link Segment.Tier#REMOTE}, or a truncation is undecided; FULL; FENCED; CLOSED
     */
    void replace(List<Segment> old, BatchSource cleaned);

    /** @return the snapshots of this partition */
    Snapshots snapshots();

    /** Closes the handle without deleting anything; does not sync. Idempotent. Open slices stay readable. */
    @Override
    void close();
}
