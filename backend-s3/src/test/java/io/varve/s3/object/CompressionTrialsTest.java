// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checks which chunks are compressed whole, and what that means for objects. */
class CompressionTrialsTest {
    private static final int CHUNK = CompressionTrials.MIN_SAMPLED;

    private final ChunkCompressor compressor = new ChunkCompressor(ChunkCodec.ZSTD);
    private final CompressionTrials trials = new CompressionTrials(compressor);
    private final Random random = new Random(3);

    @AfterEach
    void close() {
        compressor.close();
    }

    @Test
    void judgesTheChunksAfterOneThatSavedNothingBySamplesAndTriesOneOfSixteen() {
        assertThat(trials.expectSavings()).isTrue();
        for (int round = 0; round < 3; round++) {
            assertThat(trials.isWorth(noise(CHUNK))).isTrue();
            trials.tried(false);
            assertThat(trials.expectSavings()).isFalse();
            for (int i = 1; i < CompressionTrials.FULL_EVERY; i++) {
                assertThat(trials.isWorth(noise(CHUNK))).as("chunk " + i).isFalse();
            }
            assertThat(trials.expectSavings()).isTrue();
        }
    }

    @Test
    void findsByItsSamplesThatAChunkCompressesAgain() {
        trials.tried(false);

        assertThat(trials.isWorth(ByteBuffer.allocateDirect(CHUNK))).isTrue();
        trials.tried(true);

        assertThat(trials.isWorth(noise(CHUNK))).isTrue();
    }

    @Test
    void looksAtAllOfAChunkNotAtItsBeginning() {
        trials.tried(false);
        ByteBuffer half = noise(CHUNK);
        for (int i = CHUNK / 2; i < CHUNK; i++) {
            half.put(i, (byte) 0);
        }

        assertThat(trials.isWorth(half)).isTrue();
    }

    @Test
    void triesSmallChunksWhole() {
        trials.tried(false);

        assertThat(trials.isWorth(noise(CHUNK - 1))).isTrue();
    }

    @Test
    void doesNotMoveTheChunkAndReadsNothingOutsideIt() {
        trials.tried(false);
        ByteBuffer around = ByteBuffer.allocateDirect(3 * CHUNK);
        around.position(CHUNK).put(noise(CHUNK));
        ByteBuffer chunk = around.position(CHUNK).limit(2 * CHUNK);

        assertThat(trials.isWorth(chunk)).isFalse();
        assertThat(chunk.position()).isEqualTo(CHUNK);
        assertThat(chunk.limit()).isEqualTo(2 * CHUNK);
    }

    @ParameterizedTest
    @EnumSource(
            value = ChunkCodec.class,
            names = {"LZ4", "ZSTD"})
    void storesNoiseAsItIsAndCompressesWhatFollows(ChunkCodec codec) {
        BatchList batches = new BatchList(0);
        for (int i = 0; i < 20; i++) {
            byte[] value = new byte[CHUNK];
            if (i < 18) {
                random.nextBytes(value);
            }
            batches.add(SegmentObjectTest.batch(i, value));
        }
        SegmentWriterConfig config = new SegmentWriterConfig(CHUNK, codec, Optional.empty());

        SegmentObjects.Written written = SegmentObjects.write(config, batches, 0, List.of());

        List<ChunkCodec> codecs =
                written.index().chunks().stream().map(Chunk::codec).toList();
        assertThat(codecs.subList(0, 18)).containsOnly(ChunkCodec.NONE);
        assertThat(codecs.subList(18, 20)).containsOnly(codec);
        SegmentObjectReader reader = SegmentObjects.reader(written.bytes(), Optional.empty());
        SegmentObject object = reader.open(SegmentObjects.KEY);
        assertThat(SegmentObjectTest.batchesOf(reader, object)).isEqualTo(batches.bytes());
        reader.verify(object, bytes -> {});
    }

    private ByteBuffer noise(int bytes) {
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        return ByteBuffer.allocateDirect(bytes).put(noise).flip();
    }
}
