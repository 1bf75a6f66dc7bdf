// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;

/**
 * The stored value of a partition: its start, its end and its active segment.
 *
 * @param start first offset kept
 * @param end offset after the last committed batch, also when that batch was trimmed away
 * @param active the segment that takes appends
 */
record StoredPartitionState(long start, long end, LmdbSegment active) {
    static StoredPartitionState empty(int number) {
        return new StoredPartitionState(0, 0, new LmdbSegment(0, number));
    }

    static StoredPartitionState read(ByteBuffer value) {
        ByteBuffer from = value.duplicate();
        long start = from.getLong();
        long end = from.getLong();
        return new StoredPartitionState(start, end, LmdbSegment.read(from.getLong(), from));
    }

    ByteBuffer write(ByteBuffer into) {
        into.clear().putLong(start).putLong(end).putLong(active.base);
        return active.write(into).flip();
    }
}
