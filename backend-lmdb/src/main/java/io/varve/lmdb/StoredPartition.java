// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A partition's state as stored in the environment, without its batches.
 *
 * @param state its ends and its active segment
 * @param segments all segments, ascending, the active one last
 */
record StoredPartition(StoredPartitionState state, LmdbSegment[] segments) {
    /**
     * Reads a partition.
     *
     * @param id the partition, for messages
     * @param number the partition, in keys
     * @throws StorageException CORRUPT if its state is missing, or its segments and ends contradict each
     *     other
     */
    static StoredPartition read(PartitionId id, int number, LmdbEnvironment environment) {
        String place = " under number " + number + " in " + environment.directory;
        StoredPartition stored = environment.read(txn -> {
            KeyCodec.number(txn.key(), number);
            ByteBuffer value = txn.get(environment.databases.states());
            if (value == null) {
                throw new StorageException(
                        StorageException.Kind.CORRUPT, id + ": nothing is stored of its state" + place);
            }
            StoredPartitionState state = StoredPartitionState.read(value);
            List<LmdbSegment> all = new ArrayList<>();
            txn.scan(environment.databases.segments(), KeyCodec.at(txn.key(), number, 0), (key, segment) -> {
                // Entries at or above the active segment do not count: a truncation made an earlier segment
                // active again.
                boolean counts = KeyCodec.numberOf(key) == number && KeyCodec.offsetOf(key) < state.active().base;
                return counts && all.add(LmdbSegment.read(KeyCodec.offsetOf(key), segment));
            });
            all.add(state.active());
            return new StoredPartition(state, all.toArray(LmdbSegment[]::new));
        });
        if (!stored.isAscending()) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    id + ": what is stored of it" + place + " does not fit together: from offset "
                            + stored.state.start() + " to " + stored.state.end() + ", segments at "
                            + Arrays.stream(stored.segments)
                                    .map(segment -> segment.base)
                                    .toList());
        }
        return stored;
    }

    private boolean isAscending() {
        boolean ascending = state.start() >= 0 && state.active().base <= Math.max(state.start(), state.end());
        for (int i = 1; i < segments.length; i++) {
            ascending &= segments[i - 1].base >= 0 && segments[i - 1].base < segments[i].base;
        }
        return ascending;
    }
}
