// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.s3.manifest.RemoteSegment;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Offers one partition's sealed segments for upload. What is in the bucket already, the manifest says; so a
 * source has no list of its own to keep. Thread-safe.
 */
public interface UploadSource {
    /** @return which partition */
    PartitionId id();

    /** @return its records and blobs on this machine */
    PartitionStore hot();

    /**
     * @return first offset of the partition: below the start of {@link #hot} if the bucket has records that
     *     are not on this machine
     */
    long start();

    /** @return true if new segments go to the bucket now: the topic is tiered, and not read-only */
    boolean copies();

    /**
     * @return true if the partition is compacted: a segment that was replaced is uploaded again, in the
     *     place of the ones it was made of
     */
    boolean compacted();

    /**
     * Tells from where on a replaced segment may be uploaded. Its records went because of later ones of the
     * same keys; if these were lost with this machine, the former ones must still be in the bucket.
     *
     * @return offset that the bucket must have reached; 0 if no segment was replaced
     */
    long replacedBelow();

    /**
     * Returns a number that is never the same again once a replacement, a truncation or the deletion of the
     * partition has begun, or its copying has ended.
     *
     * @return the current number
     */
    long generation();

    /**
     * Hands edits to the manifest unless the {@linkplain #generation generation} has moved on. No
     * replacement, truncation or deletion begins meanwhile; so the edits precede theirs.
     *
     * @param generation what {@link #generation} returned when the upload began
     * @param commit hands them over; must be short, and not block
     * @return the commit; empty if it was not made
     */
    Optional<CompletableFuture<Void>> ifUnchanged(long generation, Supplier<CompletableFuture<Void>> commit);

    /**
     * Takes notice that the manifest names one more segment: local copies may go now. Must be short.
     *
     * @param segment what was uploaded
     * @param generation as for {@link #ifUnchanged}: if it has moved on, this machine may have other batches
     *     now
     */
    void uploaded(RemoteSegment segment, long generation);

    /**
     * Compares the batches of a segment of the bucket with those that this machine has at its offsets. May
     * read their heads.
     *
     * @param stored a segment with the borders and the size of one on this machine
     * @return false if they are other ones
     */
    boolean isCopy(RemoteSegment stored);
}
