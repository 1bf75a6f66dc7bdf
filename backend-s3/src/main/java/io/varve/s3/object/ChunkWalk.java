// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.record.BatchHeader;
import java.nio.ByteBuffer;

/**
 * Decodes an index's chunks one by one, and checks that each can be what it says. Throws
 * {@link java.nio.BufferUnderflowException}, {@link NumberFormatException} or {@link ArithmeticException} if
 * not, which only the first walk over an index can see.
 */
final class ChunkWalk {
    private static final int CODEC_MASK = 3;
    private static final int GAP_FLAG = 4;
    private static final int FLAG_BITS = 3;

    private final ByteBuffer from;
    private final int count;
    private final int overhead;
    private int number;
    private long offset;
    private long timestamp;
    private long position = SegmentFormat.HEADER_BYTES;
    private int stored;
    private int bytes;

    /**
     * @param from the encoded chunks from its position on; moved
     * @param count number of chunks
     * @param overhead bytes that a chunk has in the object beside its compressed bytes
     */
    ChunkWalk(ByteBuffer from, int count, int overhead) {
        this.from = from;
        this.count = count;
        this.overhead = overhead;
    }

    boolean hasNext() {
        return number < count;
    }

    Chunk next() {
        long head = Varints.unsigned(from);
        if ((head & GAP_FLAG) != 0) {
            offset = Math.addExact(offset, positive(Varints.unsigned(from), "gap"));
        }
        long base = offset;
        offset = Math.addExact(base, positive(Varints.unsigned(from), "number of offsets"));
        timestamp = Math.addExact(timestamp, Varints.signed(from));
        bytes = Math.toIntExact(Math.addExact(bytes, Varints.signed(from)));
        stored = Math.toIntExact(Math.addExact(stored, Varints.unzigzag(head >>> FLAG_BITS)));
        ChunkCodec codec = ChunkCodec.forId((int) head & CODEC_MASK);
        StoredForm.requirePossible(codec, bytes, stored, overhead, BatchHeader.SIZE);
        Chunk chunk = new Chunk(number++, base, offset, timestamp, position, stored, bytes, codec);
        position += stored;
        return chunk;
    }

    /** Writes a chunk as {@link #next} reads it. */
    static void put(ByteBuffer into, Chunk previous, Chunk chunk) {
        long gap = chunk.baseOffset() - previous.endOffset();
        long growth = Varints.zigzag((long) chunk.storedBytes() - previous.storedBytes());
        Varints.putUnsigned(
                into,
                growth << FLAG_BITS | (gap == 0 ? 0 : GAP_FLAG) | chunk.codec().id());
        if (gap != 0) {
            Varints.putUnsigned(into, gap);
        }
        Varints.putUnsigned(into, chunk.endOffset() - chunk.baseOffset());
        Varints.putSigned(into, chunk.maxTimestamp() - previous.maxTimestamp());
        Varints.putSigned(into, (long) chunk.bytes() - previous.bytes());
    }

    /** @return where the chunk after the last decoded one begins in the object */
    long position() {
        return position;
    }

    private static long positive(long value, String what) {
        if (value < 1) {
            throw new NumberFormatException(what + " is " + value + ", must be 1 or more");
        }
        return value;
    }
}
