// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.util.Objects;
import java.util.Optional;

/**
 * Holds what a storage must know of a partition's configuration. Its owner decides what is kept; the storage
 * decides where.
 *
 * @param segments when segments end
 * @param compacted true if sealed segments may be replaced: a storage keeps all of them on this machine
 * @param tiering what a storage with a remote tier does
 * @param firstPinned lowest offset that a hold pins, inclusive; {@link Long#MAX_VALUE} if there is no hold. A
 *     storage that gives up the only copy of records when it has no space must keep those from here on
 * @param copyOf what a new partition begins with: the remote records of another one; empty for none. Ignored
 *     when the partition exists, and by a storage without a remote tier
 */
public record PartitionSettings(
        SegmentLimits segments, boolean compacted, Tiering tiering, long firstPinned, Optional<RemoteCopy> copyOf) {
    /** Kafka's default limits of segments; not compacted, no tier, no hold. */
    public static final PartitionSettings DEFAULT = of(SegmentLimits.DEFAULT);

    /** @throws StorageException MISUSE if {@code firstPinned} is below 0 */
    public PartitionSettings {
        Objects.requireNonNull(segments, "segments");
        Objects.requireNonNull(tiering, "tiering");
        Objects.requireNonNull(copyOf, "copyOf");
        if (firstPinned < 0) {
            throw new StorageException(
                    StorageException.Kind.MISUSE, "the first pinned offset is " + firstPinned + ", must be 0 or more");
        }
    }

    /** Makes settings of a partition that begins empty. */
    public PartitionSettings(SegmentLimits segments, boolean compacted, Tiering tiering, long firstPinned) {
        this(segments, compacted, tiering, firstPinned, Optional.empty());
    }

    /**
     * @param segments when segments end
     * @return settings of a partition that is not compacted, and has no tier and no hold
     */
    public static PartitionSettings of(SegmentLimits segments) {
        return new PartitionSettings(segments, false, Tiering.OFF, Long.MAX_VALUE);
    }

    /**
     * @param limits when segments end
     * @return a copy with these limits
     */
    public PartitionSettings with(SegmentLimits limits) {
        return new PartitionSettings(limits, compacted, tiering, firstPinned, copyOf);
    }

    /**
     * @param copy the remote records that a new partition begins with
     * @return a copy with them
     */
    public PartitionSettings beginningWith(RemoteCopy copy) {
        return new PartitionSettings(segments, compacted, tiering, firstPinned, Optional.of(copy));
    }
}
