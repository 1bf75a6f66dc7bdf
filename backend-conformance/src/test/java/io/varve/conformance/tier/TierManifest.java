// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Says which object holds which segment. Not thread-safe. */
final class TierManifest {
    final Map<PartitionId, Partition> partitions = new HashMap<>();
    final Map<PartitionId, Partition> aside = new HashMap<>();

    /**
     * A segment in the tier, as it was when it was copied, and where it begins and ends now.
     *
     * @param content hash of its batches; 0 if it was cut
     */
    record Copy(Segment segment, String object, long firstTimestamp, int content) {}

    /** A partition in the tier; blobs by name and offset. */
    static final class Partition {
        long start;
        final NavigableMap<Long, Copy> copies = new TreeMap<>();
        final Map<String, NavigableMap<Long, ByteBuffer>> blobs = new TreeMap<>();

        long end() {
            return copies.isEmpty()
                    ? start
                    : Math.max(start, copies.lastEntry().getValue().segment().endOffset());
        }

        /** Forgets what lies wholly below the start. */
        void startAt(long to) {
            start = Math.max(start, to);
            copies.values().removeIf(copy -> copy.segment().endOffset() <= start);
        }

        /** Copies a blob, which is there. */
        void put(String name, long offset, Snapshots from) {
            ByteBuffer bytes = from.newest(name, offset).orElseThrow().bytes();
            blobs.computeIfAbsent(name, unused -> new TreeMap<>()).put(offset, bytes);
        }

        Set<String> trimmed(long to) {
            Set<String> trimmed = new HashSet<>();
            copies.values().stream()
                    .filter(copy -> copy.segment().endOffset() <= to)
                    .forEach(copy -> trimmed.add(copy.object()));
            return trimmed;
        }

        private Partition copy() {
            Partition copy = new Partition();
            copy.start = start;
            copy.copies.putAll(copies);
            blobs.forEach((name, byOffset) -> copy.blobs.put(name, new TreeMap<>(byOffset)));
            return copy;
        }
    }

    Partition partition(PartitionId id) {
        return partitions.computeIfAbsent(id, unused -> new Partition());
    }

    TierManifest copy() {
        TierManifest copy = new TierManifest();
        partitions.forEach((id, partition) -> copy.partitions.put(id, partition.copy()));
        aside.forEach((id, partition) -> copy.aside.put(id, partition.copy()));
        return copy;
    }

    Set<String> objects() {
        Set<String> objects = new HashSet<>();
        Stream.of(partitions, aside)
                .flatMap(all -> all.values().stream())
                .flatMap(partition -> partition.copies.values().stream())
                .forEach(copy -> objects.add(copy.object()));
        return objects;
    }
}
