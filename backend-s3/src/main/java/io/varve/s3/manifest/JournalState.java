// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Holds what the journal has noted, and its format (docs/formats/s3.md). For one thread. */
final class JournalState {
    /** "VTST". */
    static final int MAGIC = 0x56545354;

    /** Starts of a server that are remembered; the storage's last owner is one of the newest. */
    static final int MAX_INCARNATIONS = 10_000;

    private static final Comparator<PartitionId> ORDER = Comparator.comparing(PartitionId::topic)
            .thenComparing(PartitionId::topicId)
            .thenComparingInt(PartitionId::partition);

    private final long version;
    private final Set<UUID> incarnations = new LinkedHashSet<>();
    private final Map<PartitionId, Long> starts = new TreeMap<>(ORDER);
    private final Map<PartitionId, Long> truncations = new TreeMap<>(ORDER);
    /** True for those that are set aside. */
    private final Map<PartitionId, Boolean> removals = new TreeMap<>(ORDER);

    /** Makes the state of new data directories. */
    JournalState() {
        this(0);
    }

    private JournalState(long version) {
        this.version = version;
    }

    /** @return a copy of a higher version */
    JournalState next(long higher) {
        JournalState next = new JournalState(higher);
        next.incarnations.addAll(incarnations);
        next.starts.putAll(starts);
        next.truncations.putAll(truncations);
        next.removals.putAll(removals);
        return next;
    }

    /** @return 0 if it was never written; the highest counts */
    long version() {
        return version;
    }

    void addIncarnation(UUID incarnation) {
        incarnations.add(incarnation);
        while (incarnations.size() > MAX_INCARNATIONS) {
            incarnations.remove(incarnations.iterator().next());
        }
    }

    boolean knows(UUID incarnation) {
        return incarnations.contains(incarnation);
    }

    Map<PartitionId, Long> starts() {
        return starts;
    }

    Map<PartitionId, Long> truncations() {
        return truncations;
    }

    Map<PartitionId, Boolean> removals() {
        return removals;
    }

    ByteBuffer encode() {
        ManifestOutput into = new ManifestOutput();
        into.putInt(MAGIC).putInt(CheckedBytes.VERSION).putInt(0).putLong(version);
        into.putInt(incarnations.size());
        incarnations.forEach(into::put);
        put(into, starts);
        put(into, truncations);
        into.putInt(removals.size());
        removals.forEach((id, aside) -> into.put(id).putByte(aside ? 1 : 0));
        return CheckedBytes.seal(into);
    }

    /** @throws StorageException CORRUPT if the bytes are not a journal */
    static JournalState decode(ByteBuffer bytes, String where) {
        ManifestInput from = new ManifestInput(bytes, where);
        CheckedBytes.check(from, MAGIC);
        long version = from.getLong();
        if (version < 1) {
            throw from.corrupt("its version is " + version + ", must be 1 or more");
        }
        JournalState state = new JournalState(version);
        for (int i = from.getCount(16, "incarnations"); i > 0; i--) {
            state.addIncarnation(from.getUuid());
        }
        read(from, state.starts, "log start offsets");
        read(from, state.truncations, "truncations");
        for (int i = from.getCount(EditFormat.MIN_PARTITION + 1, "removals"); i > 0; i--) {
            state.removals.put(from.getPartition(), from.getFlag());
        }
        from.requireEnd();
        return state;
    }

    private static void put(ManifestOutput into, Map<PartitionId, Long> offsets) {
        into.putInt(offsets.size());
        offsets.forEach((id, offset) -> into.put(id).putLong(offset));
    }

    private static void read(ManifestInput from, Map<PartitionId, Long> offsets, String what) {
        for (int i = from.getCount(EditFormat.MIN_PARTITION + Long.BYTES, what); i > 0; i--) {
            offsets.put(from.getPartition(), from.getLong());
        }
    }
}
