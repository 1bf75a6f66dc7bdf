// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.RemoteSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Joins the segments of the hot partition and those that are in the bucket only. Stateless. */
final class TieredSegments {
    private TieredSegments() {}

    /**
     * @param local the hot partition's segments
     * @param extent the partition's extent
     * @param remote what is in the bucket
     * @param isCopied tells whether a local segment is in the bucket too
     */
    static List<Segment> of(List<Segment> local, Extent extent, RemoteView remote, Predicate<Segment> isCopied) {
        if (remote.isEmpty()) {
            return local;
        }
        List<Segment> all = new ArrayList<>();
        long hotBase = local.get(0).baseOffset();
        List<RemoteSegment> below = remote.endingAbove(extent.start());
        for (int i = 0; i < below.size() && below.get(i).baseOffset() < hotBase; i++) {
            long next = i + 1 < below.size() ? below.get(i + 1).baseOffset() : hotBase;
            all.add(remoteOnly(below.get(i), Math.min(next, hotBase)));
        }
        for (Segment segment : local) {
            all.add(isCopied.test(segment) ? tiered(segment, Segment.Tier.BOTH) : segment);
        }
        return all;
    }

    /** @param end base of the next segment: records between were given up */
    private static Segment remoteOnly(RemoteSegment segment, long end) {
        return new Segment(
                segment.baseOffset(),
                end,
                segment.bytes(),
                segment.maxTimestamp(),
                segment.lastAppendMs(),
                true,
                Segment.Tier.REMOTE);
    }

    private static Segment tiered(Segment segment, Segment.Tier tier) {
        return new Segment(
                segment.baseOffset(),
                segment.endOffset(),
                segment.bytes(),
                segment.maxTimestamp(),
                segment.lastAppendMs(),
                segment.sealed(),
                tier);
    }

    /**
     * @param segment a segment that is in the bucket only
     * @return the timestamp of its oldest records, as noted when it was uploaded
     */
    static long firstTimestamp(PartitionId id, Segment segment, RemoteView remote) {
        return remote.containing(segment.baseOffset())
                .map(RemoteSegment::firstTimestamp)
                .orElseThrow(() -> new StorageException(
                        StorageException.Kind.MISUSE,
                        id + ": segment from " + segment.baseOffset() + " on is not in the bucket any more"));
    }
}
