// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * Decompresses one LZ4 frame as Kafka reads it: blocks must be independent, no dictionary (little-endian):
 *
 * <pre>
 *  0 magic           int32   0x184D2204
 *  4 flags           int8    7-6 version 1, 5 independent blocks, 4 block checksums, 3 content size present, 2 content checksum, 1-0 zero
 *  5 block maximum   int8    6-4: 4 = 64 KiB, 5 = 256 KiB, 6 = 1 MiB, 7 = 4 MiB; others zero
 *  6 content size    int64   only if flagged; not used
 *    header checksum int8    bits 8-15 of the xxHash32 of everything from flags on
 *    repeated: length int32 (top bit: stored as is), the block, its xxHash32 if flagged; length 0 ends the frame
 *    content checksum int32  only if flagged; not verified, as in Kafka: the batch has a CRC
 * </pre>
 *
 * Skips bytes after the frame, as Kafka does. Source: the LZ4 frame format description, KIP-57.
 */
final class Lz4Input extends BlockInput {
    private static final LZ4SafeDecompressor DECOMPRESSOR =
            LZ4Factory.fastestInstance().safeDecompressor();
    private static final XXHash32 HASH = XXHashFactory.fastestInstance().hash32();

    private static final int MAGIC = 0x184D2204;
    private static final int MIN_HEADER = 7;
    private static final int VERSION_AND_RESERVED = 0xC3;
    private static final int VERSION_1 = 0x40;
    private static final int INDEPENDENT_FLAG = 0x20;
    private static final int BLOCK_CHECKSUM_FLAG = 0x10;
    private static final int CONTENT_SIZE_FLAG = 0x08;
    private static final int BLOCK_MAXIMUM_RESERVED = 0x8F;
    private static final int STORED = 0x80000000;

    private final boolean blockChecksums;
    private final int blockMaximum;
    private byte[] packed = {};
    private boolean ended;

    /** @param source compressed bytes from position to limit; the position moves */
    Lz4Input(ByteBuffer source) {
        super(source);
        need(MIN_HEADER, "header");
        int magic = Integer.reverseBytes(source.getInt());
        if (magic != MAGIC) {
            throw corrupt("LZ4 frame begins with 0x" + Integer.toHexString(magic) + ", must be 0x184d2204");
        }
        int descriptor = source.position();
        int flags = source.get() & 0xFF;
        int maximum = source.get() & 0xFF;
        if ((flags & VERSION_AND_RESERVED) != VERSION_1 || (flags & INDEPENDENT_FLAG) == 0) {
            throw corrupt("LZ4 frame flags are 0x" + Integer.toHexString(flags)
                    + ", must say version 1 and independent blocks, and no more than checksums and content size");
        }
        int code = maximum >>> 4;
        if ((maximum & BLOCK_MAXIMUM_RESERVED) != 0 || code < 4) {
            throw corrupt("LZ4 block maximum is 0x" + Integer.toHexString(maximum) + ", must be 0x40, 50, 60 or 70");
        }
        if ((flags & CONTENT_SIZE_FLAG) != 0) {
            need(Long.BYTES + 1, "content size");
            source.getLong();
        }
        int expected = HASH.hash(header(descriptor), 0, source.position() - descriptor, 0) >>> Byte.SIZE & 0xFF;
        int checksum = source.get() & 0xFF;
        if (checksum != expected) {
            throw corrupt("LZ4 header checksum is " + checksum + ", should be " + expected);
        }
        blockChecksums = (flags & BLOCK_CHECKSUM_FLAG) != 0;
        blockMaximum = 1 << (2 * code + Byte.SIZE);
    }

    private byte[] header(int from) {
        byte[] header = new byte[source.position() - from];
        source.get(from, header);
        return header;
    }

    @Override
    boolean nextBlock() {
        if (ended) {
            return false;
        }
        need(Integer.BYTES, "block length");
        int word = Integer.reverseBytes(source.getInt());
        if (word == 0) {
            ended = true;
            return false;
        }
        int length = word & ~STORED;
        if (length > blockMaximum) {
            throw corrupt("LZ4 block claims " + length + " bytes, the frame's maximum is " + blockMaximum);
        }
        need(length + (blockChecksums ? Integer.BYTES : 0), "block");
        ByteBuffer block = accessible(length);
        int from = block == source ? source.position() : 0;
        source.position(source.position() + length);
        if (blockChecksums) {
            verify(block, from, length);
        }
        if ((word & STORED) != 0) {
            block.get(from, buffer(length), 0, length);
            filled(length);
        } else {
            decompress(block, from, length);
        }
        return true;
    }

    /**
     * Copies a block of a read-only heap buffer, which hides its array: the library takes only arrays and
     * direct buffers.
     */
    private ByteBuffer accessible(int length) {
        if (source.isDirect() || source.hasArray()) {
            return source;
        }
        if (packed.length < length) {
            packed = new byte[length];
        }
        source.get(source.position(), packed, 0, length);
        return ByteBuffer.wrap(packed);
    }

    private void verify(ByteBuffer block, int from, int length) {
        int expected = HASH.hash(block, from, length, 0);
        int checksum = Integer.reverseBytes(source.getInt());
        if (checksum != expected) {
            throw corrupt("LZ4 block checksum is " + checksum + ", should be " + expected);
        }
    }

    private void decompress(ByteBuffer block, int from, int length) {
        int max = (int) Math.min(blockMaximum, Codec.LZ4.maxContent(length));
        byte[] into = buffer(max);
        try {
            filled(DECOMPRESSOR.decompress(block, from, length, ByteBuffer.wrap(into), 0, max));
        } catch (LZ4Exception e) {
            throw new InvalidBatchException(
                    InvalidBatchException.Kind.NOT_DECOMPRESSIBLE, "LZ4 block of " + length + " bytes is damaged", e);
        }
    }

    private void need(int bytes, String what) {
        if (source.remaining() < bytes) {
            throw corrupt("LZ4 frame ends within its " + what + ": " + bytes + " bytes needed, " + source.remaining()
                    + " left");
        }
    }
}
