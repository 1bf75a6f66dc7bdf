// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.StorageException;
import io.varve.file.disk.RetiredException;
import io.varve.file.ring.FrameBuffer;
import io.varve.file.segment.FileSegment;
import io.varve.file.segment.SoundCopy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Writes the batches of one group commit to a ring, in as few frames as they fit in. Runs once. */
final class RingRound {
    private final CommitRing ring;
    private final RingSettings settings;
    private final List<FileStore> left = new ArrayList<>();
    private final List<Taken> taken = new ArrayList<>(1);

    /** What the frame has, and the handle it was taken for. */
    private record Taken(FileStore store, RingShare share) {}

    /** @param ring the ring, locked by the caller until the round has ended */
    RingRound(CommitRing ring, RingSettings settings) {
        this.ring = ring;
        this.settings = settings;
    }

    /** @return the handles whose partitions are not durable, and must be forced */
    List<FileStore> run(List<FileStore> stores) {
        ring.frame().clear();
        for (FileStore store : stores) {
            try {
                if (!take(store)) {
                    left.add(store);
                }
            } catch (IOException | StorageException | RetiredException e) {
                left.add(store); // the force meets the same failure, and reports it
            }
        }
        flush();
        return left;
    }

    private boolean take(FileStore store) throws IOException {
        store.requireWriter();
        FilePartition partition = store.partition();
        RingShare share = partition.durability().ringShare();
        if (share == null || share.length() > settings.commitBytes() || !ring.accepts(partition)) {
            return false;
        }
        if (share.length() == 0) {
            return true;
        }
        byte[] name = partition.ringName();
        if (!ring.frame().fits(name, share.length())) {
            flush();
        }
        FrameBuffer frame = ring.frame();
        FileSegment segment = share.seen().active();
        boolean added = frame.fits(name, share.length())
                && frame.add(
                        name,
                        segment.base,
                        share.from(),
                        segment.lastAppendMs(),
                        share.length(),
                        target -> copy(partition, share, target));
        if (added) {
            taken.add(new Taken(store, share));
        }
        return added;
    }

    /** Copies what is still in memory, as it was appended, and the rest from the log. */
    private static boolean copy(FilePartition partition, RingShare share, ByteBuffer target) throws IOException {
        FileSegment segment = share.seen().active();
        int inMemory = partition.held().copyEnd(segment, share.from(), target);
        return inMemory == share.from()
                || SoundCopy.read(segment, share.from(), target.slice(0, inMemory - share.from()));
    }

    private void flush() {
        if (taken.isEmpty()) {
            return;
        }
        boolean written = ring.isUsed() && ring.write(partitions());
        for (Taken one : taken) {
            if (!written || !publish(one.store(), one.share())) {
                left.add(one.store());
            }
        }
        taken.clear();
    }

    private List<FilePartition> partitions() {
        List<FilePartition> partitions = new ArrayList<>(taken.size());
        for (Taken one : taken) {
            partitions.add(one.store().partition());
        }
        return partitions;
    }

    private static boolean publish(FileStore store, RingShare share) {
        try {
            boolean published = store.partition().durability().published(share);
            store.requireWriter(); // otherwise another writer may have replaced the batches
            return published;
        } catch (StorageException e) {
            return false; // the force finds the same, and reports it
        }
    }
}
