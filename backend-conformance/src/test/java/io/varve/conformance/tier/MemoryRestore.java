// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

import io.varve.conformance.batch.Batches;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;

/** Brings back on a specimen's empty disk what the tier has. */
final class MemoryRestore {
    private final TieredMemoryStorage storage;
    private final PartitionStore hot;
    private final TierReads reads;

    MemoryRestore(TieredMemoryStorage storage, PartitionStore hot, TierReads reads) {
        this.storage = storage;
        this.hot = hot;
        this.reads = reads;
    }

    private boolean has(TierFlaw flaw) {
        return storage.flaw == flaw;
    }

    /** @return the partition's start */
    long run(boolean compacted) {
        TierManifest.Partition remote = storage.manifest.partitions.get(hot.id());
        long noted = storage.notes.starts.getOrDefault(hot.id(), 0L);
        long here = Math.max(hot.extent().start(), noted);
        if (remote == null || remote.copies.isEmpty() && has(TierFlaw.GIVES_OFFSETS_AGAIN)) {
            return here;
        }
        long known = has(TierFlaw.FORGETS_THE_START_IN_THE_TIER) ? 0 : remote.start;
        long start = Math.max(noted, known);
        if (remote.copies.isEmpty()) {
            start = Math.max(start, hot.extent().start());
        }
        if (hot.extent().readableEnd() < remote.end()) {
            fill(remote, compacted);
        } else if (has(TierFlaw.FORGETS_AT_A_START_WHAT_IS_IN_THE_TIER_ONLY)) {
            return here;
        }
        return start;
    }

    private void fill(TierManifest.Partition remote, boolean compacted) {
        if (has(TierFlaw.BEGINS_AT_ZERO_ON_A_NEW_DISK)) {
            return;
        }
        boolean all = compacted && !has(TierFlaw.LEAVES_COMPACTED_SEGMENTS_IN_THE_TIER);
        if (has(TierFlaw.RESTORES_ALL_BUT_THE_LAST_SEGMENT)) {
            remote.copies.pollLastEntry();
        }
        hot.trimTo(all && !remote.copies.isEmpty() ? remote.copies.firstKey() : remote.end());
        if (all) {
            for (TierManifest.Copy copy : remote.copies.values()) {
                fill(copy.segment(), reads.batches(copy));
            }
        }
        if (!has(TierFlaw.RESTORES_WITHOUT_SNAPSHOTS)) {
            remote.blobs.forEach((name, blobs) -> blobs.forEach((offset, blob) -> fill(name, offset, blob)));
        }
        storage.hot.sync(List.of(hot));
    }

    private void fill(String name, long offset, ByteBuffer blob) {
        hot.snapshots().write(name, offset, blob.duplicate());
    }

    /** A replacement leaves the segment's bounds, also where its last batches are gone. */
    private void fill(Segment segment, List<ByteBuffer> batches) {
        if (has(TierFlaw.ENDS_A_RESTORED_SEGMENT_AT_ITS_LAST_BATCH)) {
            batches.forEach(batch -> hot.append(Batches.run(batch)));
            hot.seal();
            return;
        }
        int offsets = (int) (segment.endOffset() - segment.baseOffset());
        hot.append(Batches.run(Batches.batch(segment.baseOffset(), offsets, Batches.LEAST, 0)));
        hot.seal();
        Iterator<ByteBuffer> rest = batches.iterator();
        List<Segment> all = hot.segments();
        hot.replace(
                all.subList(all.size() - 2, all.size() - 1), () -> rest.hasNext() ? Batches.run(rest.next()) : null);
    }
}
