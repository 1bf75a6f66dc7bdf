// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/**
 * Decompresses snappy as Kafka's clients write it. The Java client frames it as xerial does (big-endian):
 *
 * <pre>
 *  0 magic       8 bytes  0x82 'S' 'N' 'A' 'P' 'P' 'Y' 0x00
 *  8 version     int32    1
 * 12 compatible  int32    1
 * 16 repeated: length int32, one snappy block of that length; or another such header, where streams were joined
 * </pre>
 *
 * librdkafka writes one bare snappy block instead. A block begins with its decompressed length as a varint; a
 * length that the compressed bytes cannot yield is refused.
 */
final class SnappyInput extends BlockInput {
    private static final long MAGIC = 0x82534E4150505900L;
    private static final int MAGIC_START = (int) (MAGIC >>> 32);
    private static final int HEADER = 16;
    private static final int VERSION = 1;
    private static final int VARINT_BYTES = 5;

    private final int allowance;
    private final boolean framed;
    private byte[] packed = {};

    /**
     * @param source compressed bytes from position to limit; the position moves
     * @param allowance max decompressed bytes of a block
     */
    SnappyInput(ByteBuffer source, int allowance) {
        super(source);
        this.allowance = allowance;
        framed = source.remaining() >= HEADER && source.getLong(source.position()) == MAGIC;
        if (framed) {
            source.getLong();
            version();
        }
    }

    @Override
    boolean nextBlock() throws IOException {
        if (!source.hasRemaining()) {
            return false;
        }
        if (!framed) {
            decompress(source.remaining());
            return true;
        }
        int length = lengthOfNext();
        while (length == MAGIC_START) {
            if (source.remaining() < HEADER - Integer.BYTES) {
                throw corrupt("snappy stream ends within a header");
            }
            source.getInt();
            version();
            if (!source.hasRemaining()) {
                return false;
            }
            length = lengthOfNext();
        }
        if (length <= 0 || length > source.remaining()) {
            throw corrupt("snappy block claims " + length + " bytes, " + source.remaining() + " are left");
        }
        decompress(length);
        return true;
    }

    private int lengthOfNext() {
        if (source.remaining() < Integer.BYTES) {
            throw corrupt("snappy stream ends within a block length");
        }
        return source.getInt();
    }

    private void version() {
        int version = source.getInt();
        source.getInt();
        if (version < VERSION) {
            throw corrupt("snappy framing has version " + version + ", must be at least " + VERSION);
        }
    }

    private void decompress(int length) throws IOException {
        int from = source.position();
        long content = contentLength(from, length);
        if (content > Codec.SNAPPY.maxContent(length)) {
            throw corrupt("snappy block of " + length + " bytes claims to hold " + content);
        }
        if (content > allowance) {
            throw new InvalidBatchException(
                    InvalidBatchException.Kind.TOO_LARGE,
                    "snappy block holds " + content + " bytes, at most " + allowance + " are accepted");
        }
        byte[] into = buffer((int) content);
        int count;
        if (source.hasArray()) {
            count = Snappy.uncompress(source.array(), source.arrayOffset() + from, length, into, 0);
        } else {
            if (packed.length < length) {
                packed = new byte[length];
            }
            source.get(from, packed, 0, length);
            count = Snappy.uncompress(packed, 0, length, into, 0);
        }
        source.position(from + length);
        filled(count);
    }

    private long contentLength(int from, int length) {
        long value = 0;
        for (int i = 0; i < Math.min(length, VARINT_BYTES); i++) {
            byte next = source.get(from + i);
            value |= (next & 0x7FL) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw corrupt("snappy block of " + length + " bytes does not begin with its length");
    }
}
