// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;

/**
 * What is stored of a partition beside its batches and sealed segments.
 *
 * @param start first offset kept
 * @param end offset after the last batch committed; also where no batch is left below it
 * @param active the segment that grows
 */
record PartitionState(long start, long end, KeyRangeSegment active) {
    static PartitionState empty(int number) {
        return new PartitionState(0, 0, new KeyRangeSegment(0, number));
    }

    static PartitionState read(ByteBuffer value) {
        ByteBuffer from = value.duplicate();
        long start = from.getLong();
        long end = from.getLong();
        return new PartitionState(start, end, KeyRangeSegment.read(from.getLong(), from));
    }

    ByteBuffer write(ByteBuffer into) {
        into.clear().putLong(start).putLong(end).putLong(active.base);
        return active.write(into).flip();
    }
}
