// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.record.Crc32c;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encodes the chunks and blobs of one object: compresses them where it pays, encrypts them, adds the
 * checksum. Not thread-safe.
 */
final class ChunkEncoder implements AutoCloseable {
    private final Optional<WrappedKey> wrapped;
    private final Optional<ChunkCipher> cipher;
    private final Optional<ChunkCompressor> compressor;
    private final Optional<CompressionTrials> trials;
    private final ScratchBuffer packed = new ScratchBuffer();

    ChunkEncoder(SegmentWriterConfig config, UUID object) {
        Optional<KeyWrapper.DataKey> key = config.keys().map(KeyWrapper::generate);
        wrapped = key.map(KeyWrapper.DataKey::wrapped);
        cipher = key.map(data -> new ChunkCipher(new SecretKeySpec(data.plain(), ChunkCipher.KEY_ALGORITHM), object));
        compressor =
                config.codec() == ChunkCodec.NONE ? Optional.empty() : Optional.of(new ChunkCompressor(config.codec()));
        trials = compressor.map(CompressionTrials::new);
    }

    /** @return the object's data key */
    Optional<WrappedKey> key() {
        return wrapped;
    }

    int overhead() {
        return SegmentFormat.overhead(wrapped.isPresent());
    }

    /**
     * @param compressed whether the producer has compressed the batches
     * @return true if the next chunk will probably be stored as it is, with its checksum behind it
     */
    boolean expectsAsIs(boolean compressed) {
        return cipher.isEmpty()
                && (compressed || trials.isEmpty() || !trials.get().expectSavings());
    }

    /**
     * @param plain a chunk in a direct buffer, from position to limit; not moved
     * @param compressed whether the producer has compressed its batches
     * @return whether {@link #encode} should compress it
     */
    boolean isWorthCompressing(ByteBuffer plain, boolean compressed) {
        return !compressed
                && plain.remaining() <= SegmentFormat.MAX_COMPRESSED
                && trials.isPresent()
                && trials.get().isWorth(plain);
    }

    /** @return bytes that {@link #encode} needs for this many bytes at most */
    int bound(int bytes) {
        return (compressor.isPresent() ? ChunkCompressor.bound(bytes) : bytes) + overhead();
    }

    /**
     * Encodes a chunk or a blob.
     *
     * @param number used once for each kind: it makes the nonce
     * @param plain a direct buffer, from position to limit; not moved
     * @param compress whether compression is worth a try; of a chunk, what {@link #isWorthCompressing} says
     * @param into a direct buffer with {@link #bound} left; its position moves behind the result
     * @return the codec that was used
     */
    ChunkCodec encode(ChunkCipher.Kind kind, int number, ByteBuffer plain, boolean compress, ByteBuffer into) {
        int start = into.position();
        ByteBuffer source = plain.duplicate();
        ChunkCodec codec = ChunkCodec.NONE;
        if (compress && compressor.isPresent() && plain.remaining() <= SegmentFormat.MAX_COMPRESSED) {
            ByteBuffer target = cipher.isEmpty() ? into : packed.clear(bound(plain.remaining()));
            boolean saved = compressor.get().compress(plain, target);
            if (kind == ChunkCipher.Kind.CHUNK) {
                trials.get().tried(saved);
            }
            if (saved) {
                codec = compressor.get().codec();
                source = target == into ? ByteBuffer.allocate(0) : target.flip();
            }
        }
        if (cipher.isPresent()) {
            cipher.get().encrypt(kind, number, source, into);
        } else {
            into.put(source);
        }
        putCrc(into, start);
        return codec;
    }

    /** Puts the checksum behind what was written since {@code start}. */
    static void putCrc(ByteBuffer into, int start) {
        into.putInt(Crc32c.of(into, start, into.position() - start));
    }

    @Override
    public void close() {
        compressor.ifPresent(ChunkCompressor::close);
    }
}
