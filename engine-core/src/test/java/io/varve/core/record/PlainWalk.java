// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.nio.ByteBuffer;

/** Walks the records of a plain batch byte by byte, as a measure for the walk that is fast. */
final class PlainWalk {
    /** Stands for records that are refused. */
    static final long REFUSED = Long.MIN_VALUE + 1;

    private final ByteBuffer bytes;
    private final int end;
    private int at;

    /** Tells that the bytes are refused. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    PlainWalk(ByteBuffer bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    /** @return the largest timestamp of a batch's records, -1 at least, or {@link #REFUSED} */
    static long maxTimestamp(ByteBuffer batch, int count) {
        try {
            PlainWalk all = new PlainWalk(batch, BatchHeader.SIZE, batch.limit());
            long max = BatchHeader.NO_TIMESTAMP;
            for (int i = 0; i < count; i++) {
                long length = all.varint(5, 0x0F);
                all.skip(length < 0 ? Integer.MAX_VALUE : length);
                PlainWalk record = new PlainWalk(batch, all.at - (int) length, all.at);
                max = Math.max(max, record.timestamp(i, BatchHeader.baseTimestamp(batch, 0)));
            }
            require(all.at == all.end);
            return max;
        } catch (Refusal refused) {
            return REFUSED;
        }
    }

    private long timestamp(int index, long base) {
        skip(1);
        long timestamp = base + varint(10, 0x01);
        require(varint(5, 0x0F) == index);
        field();
        field();
        long headers = varint(5, 0x0F);
        require(headers >= 0);
        for (long i = 0; i < headers; i++) {
            require(field() >= 0);
            field();
        }
        require(at == end);
        return timestamp;
    }

    private long field() {
        long size = varint(5, 0x0F);
        require(size >= -1);
        skip(Math.max(size, 0));
        return size;
    }

    private void skip(long count) {
        require(count <= end - at);
        at += (int) count;
    }

    /**
     * @param max max bytes
     * @param lastMask the bits that the last of so many bytes may have
     */
    long varint(int max, int lastMask) {
        long raw = 0;
        for (int i = 0; i < max; i++) {
            require(at < end);
            byte next = bytes.get(at++);
            require(i < max - 1 || (next & ~lastMask) == 0);
            raw |= (next & 0x7FL) << 7 * i;
            if (next >= 0) {
                return raw >>> 1 ^ -(raw & 1);
            }
        }
        throw new Refusal();
    }

    private static void require(boolean sound) {
        if (!sound) {
            throw new Refusal();
        }
    }
}
