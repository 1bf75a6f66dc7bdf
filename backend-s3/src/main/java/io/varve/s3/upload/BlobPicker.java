// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.record.Crc32c;
import io.varve.core.spi.Snapshots;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.SegmentContent.SegmentBlob;
import io.varve.s3.object.StoredBlob;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Picks the blobs that travel with a segment: those of offsets up to its end that the bucket does not have in
 * their present content. Stateless.
 */
final class BlobPicker {
    private BlobPicker() {}

    /**
     * @param snapshots the hot partition's blobs
     * @param end the segment's end offset
     * @param stored the partition's segments in the bucket, by ascending offsets
     */
    static List<SegmentBlob> pick(Snapshots snapshots, long end, List<RemoteSegment> stored) {
        List<SegmentBlob> picked = new ArrayList<>();
        for (String name : snapshots.names()) {
            for (long offset : snapshots.offsets(name)) {
                if (offset > end) {
                    break;
                }
                Optional<Snapshots.Snapshot> blob = snapshots.newest(name, offset);
                // A lower one: this one is damaged, or was deleted meanwhile.
                if (blob.isPresent() && blob.get().offset() == offset) {
                    SegmentBlob candidate =
                            new SegmentBlob(name, offset, blob.get().bytes());
                    if (!isStored(candidate, stored)) {
                        picked.add(candidate);
                    }
                }
            }
        }
        return picked;
    }

    /** Looks at the newest segments first. A blob went with a segment that ends at or above its offset. */
    private static boolean isStored(SegmentBlob blob, List<RemoteSegment> stored) {
        int crc = Crc32c.of(blob.bytes());
        for (int i = stored.size() - 1; i >= 0 && stored.get(i).endOffset() >= blob.offset(); i--) {
            for (StoredBlob other : stored.get(i).index().blobs()) {
                if (other.name().equals(blob.name()) && other.offset() == blob.offset()) {
                    return other.crc() == crc && other.bytes() == blob.bytes().remaining();
                }
            }
        }
        return false;
    }
}
