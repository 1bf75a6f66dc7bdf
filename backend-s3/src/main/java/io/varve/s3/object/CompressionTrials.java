// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import java.nio.ByteBuffer;

/**
 * Decides which chunks of an object are worth compressing, so that records that do not compress cost little.
 * After a chunk that saved too little, the next ones are judged by samples, and every {@value #FULL_EVERY}th
 * is compressed whole: only that finds repetitions that are far apart. Not thread-safe.
 */
final class CompressionTrials {
    /** One chunk of this many is compressed whole, whatever its samples say. */
    static final int FULL_EVERY = 16;

    private static final int SAMPLES = 4;
    private static final int SAMPLE_BYTES = 8 << 10;
    /** A smaller chunk is compressed whole: samples would take too large a part of it. */
    static final int MIN_SAMPLED = 8 * SAMPLES * SAMPLE_BYTES;

    private final ChunkCompressor compressor;
    private final ScratchBuffer packed = new ScratchBuffer();
    /** Chunks that samples may still judge; 0 while chunks save enough. */
    private int sampled;

    /** @param compressor compresses the samples; of the same codec as the chunks */
    CompressionTrials(ChunkCompressor compressor) {
        this.compressor = compressor;
    }

    /** @return false if the next chunk will probably be stored as it is */
    boolean expectSavings() {
        return sampled == 0;
    }

    /**
     * @param plain a chunk in a direct buffer, from position to limit; not moved
     * @return true if it should be compressed; {@link #tried} must be called then
     */
    boolean isWorth(ByteBuffer plain) {
        if (sampled == 0 || plain.remaining() < MIN_SAMPLED || samplesSave(plain)) {
            return true;
        }
        sampled--;
        return false;
    }

    /** @param saved whether the compression of a chunk saved enough */
    void tried(boolean saved) {
        sampled = saved ? 0 : FULL_EVERY - 1;
    }

    /** Takes the samples from all over the chunk: its batches may differ. */
    private boolean samplesSave(ByteBuffer plain) {
        int step = (plain.remaining() - SAMPLE_BYTES) / (SAMPLES - 1);
        int bytes = 0;
        for (int i = 0; i < SAMPLES; i++) {
            bytes += compressor.packedBytes(
                    plain.slice(plain.position() + i * step, SAMPLE_BYTES),
                    packed.clear(ChunkCompressor.bound(SAMPLE_BYTES)));
        }
        return ChunkCompressor.pays(SAMPLES * SAMPLE_BYTES, bytes);
    }
}
