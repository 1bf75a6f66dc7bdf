// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import net.jpountz.xxhash.XXHashFactory;
import org.xerial.snappy.SnappyOutputStream;

/** Compresses and decompresses records with one of the codecs of Kafka's record format. */
public enum Codec {
    /** Not compressed. */
    NONE(0, 1) {
        @Override
        public InputStream decompress(ByteBuffer bytes, int allowance) {
            return new BufferInput(bytes);
        }

        @Override
        OutputStream compress(OutputStream out, int level) {
            return out;
        }
    },
    /** RFC 1952. */
    GZIP(1, 1032) {
        @Override
        public InputStream decompress(ByteBuffer bytes, int allowance) throws IOException {
            return new GZIPInputStream(new BufferInput(bytes), CHUNK);
        }

        @Override
        OutputStream compress(OutputStream out, int level) throws IOException {
            return new GZIPOutputStream(out, CHUNK) {
                {
                    def.setLevel(level);
                }
            };
        }
    },
    /** Snappy in xerial's framing, as Kafka writes it; also reads bare snappy, as some clients write it. */
    SNAPPY(2, 22) {
        @Override
        public InputStream decompress(ByteBuffer bytes, int allowance) {
            return new SnappyInput(bytes, allowance);
        }

        @Override
        OutputStream compress(OutputStream out, int level) {
            return new SnappyOutputStream(out);
        }
    },
    /** LZ4 frame format with independent blocks of 64 KiB and no checksum of the content (KIP-57). */
    LZ4(3, 255) {
        @Override
        public InputStream decompress(ByteBuffer bytes, int allowance) {
            return new Lz4Input(bytes);
        }

        @Override
        OutputStream compress(OutputStream out, int level) throws IOException {
            LZ4Factory factory = LZ4Factory.fastestInstance();
            return new LZ4FrameOutputStream(
                    out,
                    BLOCKSIZE.SIZE_64KB,
                    -1L,
                    level == Compressor.LZ4_LEVEL ? factory.fastCompressor() : factory.highCompressor(level),
                    XXHashFactory.fastestInstance().hash32(),
                    FLG.Bits.BLOCK_INDEPENDENCE);
        }
    },
    /** RFC 8878 (KIP-110). */
    ZSTD(4, 32_768) {
        /**
         * A frame may require a window of 128 MiB: the library maps that much, but writes only as much as it
         * decompresses.
         */
        @Override
        public InputStream decompress(ByteBuffer bytes, int allowance) throws IOException {
            return new ZstdInputStreamNoFinalizer(new BufferInput(bytes), RecyclingBufferPool.INSTANCE);
        }

        @Override
        OutputStream compress(OutputStream out, int level) throws IOException {
            return new ZstdOutputStreamNoFinalizer(out, RecyclingBufferPool.INSTANCE, level);
        }
    };

    private static final int CHUNK = 8192;
    private static final Codec[] BY_ID = values();

    private final int id;
    private final int maxGrowth;

    /**
     * @param maxGrowth max ratio of content to compressed size. gzip: 258 bytes from 2 bits; snappy: 64
     *     bytes from 3; lz4: 255 from one length byte; zstd: 128 KiB from a block of 4
     */
    Codec(int id, int maxGrowth) {
        this.id = id;
        this.maxGrowth = maxGrowth;
    }

    /** @return the value of the attribute bits */
    public int id() {
        return id;
    }

    /**
     * @param id value of the attribute bits
     * @return the codec
     * @throws InvalidBatchException UNKNOWN_CODEC
     */
    public static Codec forId(int id) {
        if (id < 0 || id >= BY_ID.length) {
            throw new InvalidBatchException(
                    InvalidBatchException.Kind.UNKNOWN_CODEC, "codec " + id + " is unknown; 0 to 4 are served");
        }
        return BY_ID[id];
    }

    /**
     * @param compressed bytes of compressed data
     * @return max bytes to which they can decompress, whatever lengths they hold
     */
    final long maxContent(int compressed) {
        return (long) compressed * maxGrowth;
    }

    /**
     * Decompresses bytes piece by piece, in memory that does not depend on the size of the content.
     *
     * @param bytes from position to limit; the position moves
     * @param allowance max bytes that the caller reads; a block whose length field exceeds it is refused
     * @return the content; its methods throw IOException or InvalidBatchException if the input is damaged
     * @throws IOException if the input is damaged at its start
     */
    public abstract InputStream decompress(ByteBuffer bytes, int allowance) throws IOException;

    /**
     * Compresses a stream.
     *
     * @param out takes the compressed bytes
     * @param level the codec's own level; ignored by codecs without levels
     * @return takes the content; {@code out} is complete when this stream is closed
     * @throws IOException from {@code out}
     */
    abstract OutputStream compress(OutputStream out, int level) throws IOException;

    /** As {@link #compress(OutputStream, int)}, at the codec's default level. */
    final OutputStream compress(OutputStream out) throws IOException {
        return compress(out, Compressor.of(this).level());
    }
}
