// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;

/**
 * The value that is stored for a partition: its ends and its active segment.
 *
 * @param start first offset kept
 * @param end offset after the last batch committed; also where no batch is left below it
 * @param active the segment that grows
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
