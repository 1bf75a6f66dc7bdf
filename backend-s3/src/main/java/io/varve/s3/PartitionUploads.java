// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.Tiering;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.upload.UploadSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Offers one partition's segments for upload, and tells which of them were not offered yet. Thread-safe.
 *
 * <p>An offer may come to nothing: no upload begins while the partition is truncated or removed, or remote
 * copies go. So whatever ends such a state must call {@link #again}.
 */
final class PartitionUploads implements UploadSource {
    private static final long NONE = -1;

    private final S3Partition partition;
    private final PartitionEdits edits;
    private final ComparedCopies copies;
    private volatile boolean truncating;
    private volatile long replacedBelow;
    private volatile long offeredEnd = NONE;
    /** Counts the calls of {@link #again}: a look that began before one must not be noted after it. */
    private long round;

    /**
     * @param partition what is uploaded
     * @param edits orders the uploads' edits with those of others
     * @param copies knows which objects hold what is on this machine
     */
    PartitionUploads(S3Partition partition, PartitionEdits edits, ComparedCopies copies) {
        this.partition = partition;
        this.edits = edits;
        this.copies = copies;
    }

    @Override
    public PartitionId id() {
        return partition.id();
    }

    @Override
    public PartitionStore hot() {
        return partition.hot();
    }

    @Override
    public long start() {
        return partition.extent(hot().extent()).start();
    }

    @Override
    public boolean copies() {
        return isWanted() && !truncating && edits.isSettled();
    }

    private boolean isWanted() {
        return partition.isOpen() && partition.settings().tiering() == Tiering.COPY;
    }

    @Override
    public boolean compacted() {
        return replacedBelow > 0 || partition.settings().compacted();
    }

    @Override
    public long replacedBelow() {
        return replacedBelow;
    }

    @Override
    public long generation() {
        return edits.generation();
    }

    @Override
    public Optional<CompletableFuture<Void>> ifUnchanged(long seen, Supplier<CompletableFuture<Void>> commit) {
        return truncating ? Optional.empty() : edits.ifUnchanged(seen, commit);
    }

    @Override
    public void uploaded(RemoteSegment segment, long seen) {
        edits.runIfUnchanged(seen, () -> copies.stored(segment));
    }

    @Override
    public boolean isCopy(RemoteSegment stored) {
        return copies.areSame(hot(), stored);
    }

    /**
     * Begins a truncation of the bucket and the hot partition. No upload begins until it ends: that would
     * take records back that are gone from the bucket and still here.
     */
    void beginTruncation() {
        truncating = true;
    }

    /** Ends a truncation, whether it took place or not. */
    void endTruncation() {
        edits.begin();
        copies.changed(0, Long.MAX_VALUE);
        truncating = false;
        again();
    }

    /** Tells whether the bucket and this machine may differ: then no copy goes, neither here nor there. */
    boolean isTruncating() {
        return truncating;
    }

    /**
     * Makes every upload in progress stale, at the beginning and at the end of a replacement.
     *
     * @param old the segments that are replaced
     * @param end the partition's readable end: what was replaced went because of records below it
     */
    void replaces(List<Segment> old, long end) {
        replacedBelow = end;
        edits.begin();
        if (!old.isEmpty()) {
            copies.changed(old.get(0).baseOffset(), old.get(old.size() - 1).endOffset());
        }
        again();
    }

    /**
     * Takes notice of a replacement that the bucket does not have, of before this start.
     *
     * @param end the partition's readable end; counts if no replacement was noticed yet
     */
    void replacedBefore(long end) {
        if (replacedBelow == 0) {
            replacedBelow = end;
        }
        again();
    }

    /** Has all sealed segments count as new: they may be other ones, or an offer came to nothing. */
    synchronized void again() {
        offeredEnd = NONE;
        round++;
    }

    /** Tells whether segments were sealed, and are durable, since the last call that returned true. */
    boolean hasNew() {
        if (!isWanted()) {
            return false;
        }
        try {
            long begun = round();
            long sealedEnd = hot().sealedEnd();
            if (sealedEnd == offeredEnd || !copies() || hot().extent().durableEnd() < sealedEnd) {
                return false;
            }
            noteOffer(sealedEnd, begun);
            return true;
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CLOSED);
            return false;
        }
    }

    private synchronized long round() {
        return round;
    }

    private synchronized void noteOffer(long sealedEnd, long begun) {
        if (begun == round) {
            offeredEnd = sealedEnd;
        }
    }
}
