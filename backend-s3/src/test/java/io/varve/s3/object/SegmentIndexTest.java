// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks the look-ups in an encoded index, and that no damaged index is accepted unseen or breaks a reader.
 */
class SegmentIndexTest {
    private static final int CONTENT_CRC = 0x12345678;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void returnsWhatItWasMadeOf(long seed) {
        Random random = new Random(seed);
        Optional<WrappedKey> key = seed % 2 == 0
                ? Optional.of(new WrappedKey("key-" + seed, KeyBytes.copyOf(new byte[] {1, 2, (byte) seed})))
                : Optional.empty();
        List<Chunk> chunks = chunks(random, key.isPresent(), random.nextInt(200));
        List<StoredBlob> blobs = blobs(random, key.isPresent(), chunks);
        SegmentIndex index = SegmentIndex.of(key, CONTENT_CRC, chunks, blobs);

        SegmentIndex parsed = SegmentIndex.parse(index.encoded(), "test");

        assertThat(parsed).isEqualTo(index).hasSameHashCodeAs(index);
        assertThat(parsed.key()).isEqualTo(key);
        assertThat(parsed.contentCrc()).hasValue(CONTENT_CRC);
        assertThat(parsed.chunks()).isEqualTo(chunks);
        assertThat(parsed.blobs()).isEqualTo(blobs);
        assertThat(parsed.chunkCount()).isEqualTo(chunks.size());
        assertThat(parsed.bytes())
                .isEqualTo(chunks.stream().mapToLong(Chunk::bytes).sum());
        long end = SegmentFormat.HEADER_BYTES
                + chunks.stream().mapToLong(Chunk::storedBytes).sum()
                + blobs.stream().mapToLong(StoredBlob::storedBytes).sum();
        assertThat(parsed.dataEnd()).isEqualTo(end);
        for (int i = 0; i < 50; i++) {
            long offset = random.nextLong(200_000);
            assertThat(parsed.chunkOf(offset))
                    .isEqualTo(
                            chunks.stream().filter(c -> c.endOffset() > offset).findFirst());
        }
    }

    @Test
    void takesAboutTenBytesForAChunk() {
        List<Chunk> chunks = new ArrayList<>();
        Random random = new Random(1);
        long position = SegmentFormat.HEADER_BYTES;
        long offset = 1L << 40;
        long timestamp = 1_790_000_000_000L;
        for (int i = 0; i < 1024; i++) {
            int bytes = (1 << 20) - random.nextInt(16 << 10);
            int stored = bytes / 4 + random.nextInt(10_000);
            int records = 900 + random.nextInt(200);
            timestamp += 1000 + random.nextInt(50);
            chunks.add(new Chunk(i, offset, offset + records, timestamp, position, stored, bytes, ChunkCodec.ZSTD));
            position += stored;
            offset += records;
        }
        assertThat(SegmentIndex.of(CONTENT_CRC, chunks, List.of()).encoded().remaining())
                .isLessThan(1024 * 11);
    }

    @Test
    void refusesEveryTruncatedIndex() {
        SegmentIndex index = small();
        ByteBuffer encoded = index.encoded();
        for (int length = 0; length < encoded.limit(); length++) {
            ByteBuffer cut = encoded.slice(0, length);
            assertThatThrownBy(() -> SegmentIndex.parse(cut, "test"))
                    .isInstanceOfSatisfying(
                            StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.CORRUPT));
        }
    }

    @Test
    void neverFailsButWithCorruptWhateverTheBytes() {
        byte[] encoded = new byte[small().encoded().remaining()];
        small().encoded().get(encoded);
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            byte[] damaged = encoded.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                SegmentIndex parsed = SegmentIndex.parse(ByteBuffer.wrap(damaged), "test");
                parsed.chunks();
                parsed.blobs();
                parsed.key();
            } catch (StorageException e) {
                assertThat(e.kind()).isEqualTo(StorageException.Kind.CORRUPT);
            }
        }
    }

    private static SegmentIndex small() {
        Random random = new Random(3);
        List<Chunk> chunks = chunks(random, true, 5);
        WrappedKey key = new WrappedKey("k", KeyBytes.copyOf(new byte[40]));
        return SegmentIndex.of(Optional.of(key), CONTENT_CRC, chunks, blobs(random, true, chunks));
    }

    private static List<Chunk> chunks(Random random, boolean encrypted, int count) {
        List<Chunk> chunks = new ArrayList<>();
        long offset = random.nextInt(3) * 1000L;
        long position = SegmentFormat.HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            offset += random.nextInt(4) == 0 ? random.nextInt(1000) : 0;
            long end = offset + 1 + random.nextInt(1000);
            int bytes = 100 + random.nextInt(2 << 20);
            ChunkCodec codec = ChunkCodec.forId(random.nextInt(3));
            int packed = codec == ChunkCodec.NONE ? bytes : 1 + random.nextInt(bytes - 1);
            int stored = packed + SegmentFormat.overhead(encrypted);
            chunks.add(new Chunk(i, offset, end, random.nextInt(1000) - 1, position, stored, bytes, codec));
            offset = end;
            position += stored;
        }
        return chunks;
    }

    private static List<StoredBlob> blobs(Random random, boolean encrypted, List<Chunk> chunks) {
        long position = SegmentFormat.HEADER_BYTES
                + chunks.stream().mapToLong(Chunk::storedBytes).sum();
        List<StoredBlob> blobs = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            int bytes = random.nextInt(1000);
            int stored = bytes + SegmentFormat.overhead(encrypted);
            blobs.add(new StoredBlob(
                    blobs.size(),
                    "blob-" + i,
                    random.nextLong(1L << 40),
                    position,
                    stored,
                    bytes,
                    ChunkCodec.NONE,
                    random.nextInt()));
            position += stored;
        }
        return blobs;
    }
}
