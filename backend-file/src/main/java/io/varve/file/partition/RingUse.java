// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.PartitionId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps which frames of a ring are needed, and for which partitions. Not thread-safe. */
final class RingUse {
    /** The frames with batches of a partition that no force of its log is known to cover. */
    private static final class Frames {
        private long first;
        private long last;
    }

    private final Map<FilePartition, Frames> unforced = new HashMap<>();
    /** The last frame of each partition that has one among those that a start would read. */
    private final Map<PartitionId, Long> last = new HashMap<>();

    private long oldest = 1;

    /** @return true if batches of the partition may be in the ring only */
    boolean has(FilePartition partition) {
        return unforced.containsKey(partition);
    }

    /** @return true if a start may read batches of the partition */
    boolean has(PartitionId id) {
        return last.containsKey(id);
    }

    /** @return the number of partitions with batches that may be in the ring only */
    int partitions() {
        return unforced.size();
    }

    /** @return the partitions with batches that may be in the ring only */
    List<FilePartition> inUse() {
        return List.copyOf(unforced.keySet());
    }

    /** Notes that a frame has batches of a partition. */
    void written(FilePartition partition, long sequence) {
        Frames frames = unforced.get(partition);
        if (frames == null) {
            frames = new Frames();
            frames.first = sequence;
            unforced.put(partition, frames);
        }
        frames.last = sequence;
        last.put(partition.id(), sequence);
    }

    /** Notes that a partition's log has all that is in the frames before {@code next}. */
    void forced(FilePartition partition, long next) {
        Frames frames = unforced.get(partition);
        if (frames != null && frames.last < next) {
            unforced.remove(partition);
        } else if (frames != null) {
            frames.first = Math.max(frames.first, next);
        }
    }

    /** @return sequence of the oldest frame that a start must read */
    long oldest() {
        return oldest;
    }

    /**
     * Gives up the frames that no partition needs any more. They count until another frame names the oldest
     * one needed.
     *
     * @param next sequence of the next frame
     * @return true if there are any
     */
    boolean giveUp(long next) {
        long needed = next;
        for (Frames frames : unforced.values()) {
            needed = Math.min(needed, frames.first);
        }
        boolean any = needed > oldest;
        oldest = needed;
        return any;
    }

    /** Notes that a frame which names the oldest one needed is durable. */
    void gaveUp() {
        last.values().removeIf(sequence -> sequence < oldest);
    }

    /** Notes that a start does not use a partition's frames any more. */
    void forget(PartitionId id) {
        last.remove(id);
    }

    /** Notes that a start reads no frame. */
    void clear() {
        unforced.clear();
        last.clear();
    }
}
