// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/**
 * Compresses chunks from one direct buffer into another, with the state of one codec kept from chunk to
 * chunk. Not thread-safe.
 */
final class ChunkCompressor implements AutoCloseable {
    private static final int ZSTD_LEVEL = 1;
    /** Compression that saves less than this part of the bytes costs each reader more than it saves. */
    private static final int MIN_SAVED = 16;

    private final ChunkCodec codec;
    private final ZstdCompressCtx zstd;

    /** @param codec LZ4 or ZSTD */
    ChunkCompressor(ChunkCodec codec) {
        this.codec = codec;
        zstd = codec == ChunkCodec.ZSTD ? new ZstdCompressCtx().setLevel(ZSTD_LEVEL) : null;
    }

    ChunkCodec codec() {
        return codec;
    }

    /** @return bytes that {@link #compress} needs for this many bytes at most */
    static int bound(int bytes) {
        return Math.max(
                Math.toIntExact(Zstd.compressBound(bytes)),
                LZ4Factory.fastestInstance().fastCompressor().maxCompressedLength(bytes));
    }

    /**
     * Compresses {@code plain}, whose position does not move, into {@code into}, whose position moves behind
     * the result.
     *
     * @param into has {@link #bound} bytes left
     * @return false, with nothing moved, if it does not pay
     */
    boolean compress(ByteBuffer plain, ByteBuffer into) {
        int packed = packedBytes(plain, into);
        if (!pays(plain.remaining(), packed)) {
            return false;
        }
        into.position(into.position() + packed);
        return true;
    }

    /** @return whether {@code packed} bytes in place of {@code bytes} are worth the work of each reader */
    static boolean pays(int bytes, int packed) {
        return packed < bytes - bytes / MIN_SAVED;
    }

    /**
     * Compresses {@code plain} into {@code into}, which has {@link #bound} bytes left; moves neither.
     *
     * @return bytes of the result
     */
    int packedBytes(ByteBuffer plain, ByteBuffer into) {
        int from = plain.position();
        int bytes = plain.remaining();
        int at = into.position();
        return codec == ChunkCodec.ZSTD
                ? zstd.compressDirectByteBuffer(into, at, into.remaining(), plain, from, bytes)
                : LZ4Factory.fastestInstance()
                        .fastCompressor()
                        .compress(plain, from, bytes, into, at, into.remaining());
    }

    /**
     * Decompresses {@code packed} into {@code into}, which must be filled to its limit exactly; neither
     * position moves. Never writes beyond the limit, whatever the bytes.
     *
     * @return what is wrong with the bytes; null if nothing is
     */
    static String decompress(ChunkCodec codec, ByteBuffer packed, ByteBuffer into) {
        int bytes;
        try {
            bytes = codec == ChunkCodec.ZSTD ? unzstd(packed, into) : unlz4(packed, into);
        } catch (ZstdException | LZ4Exception e) {
            return codec + " says: " + e.getMessage();
        }
        return bytes == into.remaining() ? null : bytes + " bytes decompressed, expected " + into.remaining();
    }

    private static int unzstd(ByteBuffer packed, ByteBuffer into) {
        long result = Zstd.decompressDirectByteBuffer(
                into, into.position(), into.remaining(), packed, packed.position(), packed.remaining());
        if (Zstd.isError(result)) {
            throw new ZstdException(result);
        }
        return (int) result;
    }

    private static int unlz4(ByteBuffer packed, ByteBuffer into) {
        return LZ4Factory.fastestInstance()
                .safeDecompressor()
                .decompress(packed, packed.position(), packed.remaining(), into, into.position(), into.remaining());
    }

    @Override
    public void close() {
        if (zstd != null) {
            zstd.close();
        }
    }
}
