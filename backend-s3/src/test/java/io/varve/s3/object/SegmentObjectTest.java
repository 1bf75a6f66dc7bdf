// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.record.Codec;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.UploadParts;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that segments come out of their objects as they went in, and which bytes the objects have. */
class SegmentObjectTest {
    @TempDir
    Path directory;

    static Stream<Arguments> forms() {
        return IntStream.range(0, 24).mapToObj(i -> Arguments.of(ChunkCodec.forId(i % 3), i % 2 == 0, (long) i));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void returnsTheBatchesAndBlobsOfARandomSegment(ChunkCodec codec, boolean encrypted, long seed) {
        Random random = new Random(seed);
        Optional<KeyWrapper> keys =
                encrypted ? Optional.of(SegmentObjects.keys(directory, "new", "old")) : Optional.empty();
        int chunkBytes = SegmentWriterConfig.MIN_CHUNK + random.nextInt(60_000);
        SegmentWriterConfig config = new SegmentWriterConfig(chunkBytes, codec, keys);
        long base = random.nextInt(2) * 1_000_000L;
        BatchList batches = new BatchList(base);
        for (int i = random.nextInt(60); i > 0; i--) {
            long gap = random.nextInt(5) == 0 ? random.nextInt(100) : 0;
            int valueBytes = random.nextInt(20) == 0 ? 100_000 : random.nextInt(500);
            Codec producer = random.nextInt(4) == 0 ? Codec.LZ4 : Codec.NONE;
            batches.add(batches.end() + gap, 1 + random.nextInt(20), valueBytes, producer, random);
        }
        List<SegmentContent.SegmentBlob> blobs = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            byte[] bytes = new byte[random.nextInt(3000)];
            blobs.add(new SegmentContent.SegmentBlob("blob-" + i, base + i, ByteBuffer.wrap(bytes)));
        }

        SegmentObjects.Written written = SegmentObjects.write(config, batches, base, blobs);

        SegmentObjectReader reader = SegmentObjects.reader(written.bytes(), keys);
        SegmentObject object = reader.open(SegmentObjects.KEY);
        assertThat(object.index()).isEqualTo(written.index());
        assertThat(object.footer()).isEqualTo(written.footer());
        assertThat(object.footer().firstTimestamp()).isEqualTo(batches.firstTimestamp());
        assertThat(object.footer().maxTimestamp()).isEqualTo(batches.maxTimestamp());
        assertThat(object.footer().partition()).isEqualTo(SegmentObjects.PARTITION);
        assertThat(batchesOf(reader, object)).isEqualTo(batches.bytes());
        assertThat(object.index().blobs()).hasSameSizeAs(blobs);
        for (StoredBlob blob : object.index().blobs()) {
            assertThat(reader.blob(SegmentObjects.KEY, SegmentObjects.OBJECT, object.index(), blob))
                    .isEqualTo(blobs.get(blob.number()).bytes());
            assertThat(blob.offset()).isEqualTo(blobs.get(blob.number()).offset());
        }
        for (Chunk chunk : object.index().chunks()) {
            assertThat(chunk.bytes()).isLessThanOrEqualTo(Math.max(chunkBytes, 100_000 * 20 + 10_000));
        }
        reader.verify(object, bytes -> {});
    }

    @ParameterizedTest
    @EnumSource(ChunkCodec.class)
    void cutsASegmentIntoPartsOfAtLeastTheMinSize(ChunkCodec codec) {
        Random random = new Random(5);
        BatchList batches = new BatchList(0);
        // Incompressible, and larger than a part in one batch.
        byte[] value = new byte[UploadParts.MIN_PART * 2 + 12_345];
        random.nextBytes(value);
        batches.add(0, 10, 100_000, Codec.NONE, random);
        batches.add(batch(10, value));
        for (int i = 0; i < 40; i++) {
            byte[] more = new byte[300_000];
            random.nextBytes(more);
            batches.add(batch(batches.end(), more));
        }
        SegmentWriterConfig config =
                new SegmentWriterConfig(SegmentWriterConfig.DEFAULT_CHUNK, codec, Optional.empty());

        SegmentObjects.Written written = SegmentObjects.write(config, batches, 0, List.of());

        assertThat(written.parts()).hasSize(4);
        assertThat(written.parts().subList(0, 3)).allMatch(bytes -> bytes >= UploadParts.MIN_PART);
        SegmentObjectReader reader = SegmentObjects.reader(written.bytes(), Optional.empty());
        assertThat(batchesOf(reader, reader.open(SegmentObjects.KEY))).isEqualTo(batches.bytes());
    }

    @Test
    void storesBatchesThatTheProducerCompressedAsTheyAre() {
        Random random = new Random(6);
        BatchList batches = new BatchList(0).add(0, 100, 200, Codec.GZIP, random);
        SegmentWriterConfig config = new SegmentWriterConfig(1 << 20, ChunkCodec.ZSTD, Optional.empty());

        SegmentIndex index = SegmentObjects.write(config, batches, 0, List.of()).index();

        assertThat(index.chunks()).extracting(Chunk::codec).containsExactly(ChunkCodec.NONE);
    }

    @ParameterizedTest
    @EnumSource(
            value = ChunkCodec.class,
            names = {"LZ4", "ZSTD"})
    void compressesWherePaysOnly(ChunkCodec codec) {
        Random random = new Random(6);
        byte[] noise = new byte[100_000];
        random.nextBytes(noise);
        BatchList batches = new BatchList(0).add(batch(0, noise)).add(batch(1, new byte[100_000]));
        SegmentWriterConfig config = new SegmentWriterConfig(50_000, codec, Optional.empty());

        SegmentIndex index = SegmentObjects.write(config, batches, 0, List.of()).index();

        assertThat(index.chunks()).extracting(Chunk::codec).containsExactly(ChunkCodec.NONE, codec);
        assertThat(index.chunks().get(1).storedBytes()).isLessThan(2_000);
    }

    @Test
    void storesASegmentThatCompactionLeftEmpty() {
        SegmentWriterConfig config = new SegmentWriterConfig(50_000, ChunkCodec.ZSTD, Optional.empty());

        SegmentObjects.Written written = SegmentObjects.write(config, new BatchList(10), 10, 20, List.of());

        SegmentObjectReader reader = SegmentObjects.reader(written.bytes(), Optional.empty());
        SegmentObject object = reader.open(SegmentObjects.KEY);
        reader.verify(object, bytes -> {});
        assertThat(object.index().chunkCount()).isZero();
        assertThat(object.index().chunkOf(10)).isEmpty();
        assertThat(object.footer().maxTimestamp()).isEqualTo(-1);
        assertThat(object.footer().endOffset()).isEqualTo(20);
    }

    @Test
    void beginsWithTheBatchThatATrimPutTheStartInto() {
        BatchList batches =
                new BatchList(0).add(0, 10, 50, Codec.NONE, new Random(1)).add(10, 10, 50, Codec.NONE, new Random(1));
        SegmentWriterConfig config = new SegmentWriterConfig(50_000, ChunkCodec.NONE, Optional.empty());

        SegmentObjects.Written written = SegmentObjects.write(config, batches, 15, List.of());

        SegmentObjectReader reader = SegmentObjects.reader(written.bytes(), Optional.empty());
        SegmentObject object = reader.open(SegmentObjects.KEY);
        reader.verify(object, bytes -> {});
        assertThat(object.index().chunks()).extracting(Chunk::baseOffset).containsExactly(10L);
        assertThat(object.footer().baseOffset()).isEqualTo(15);
    }

    @Test
    void refusesBatchesThatAreDamagedOnThisMachine() {
        BatchList batches = new BatchList(0).add(0, 10, 50, Codec.NONE, new Random(1));
        ByteBuffer damaged = batches.bytes();
        damaged.put(100, (byte) ~damaged.get(100));
        BatchList read = new BatchList(0).add(damaged);
        SegmentWriterConfig config = new SegmentWriterConfig(50_000, ChunkCodec.NONE, Optional.empty());

        assertThatThrownBy(() -> SegmentObjects.write(config, read, 0, List.of()))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.CORRUPT))
                .hasMessageContaining("segment 0 to 10 of orders-3");
    }

    static ByteBuffer batch(long base, byte[] value) {
        return new io.varve.core.record.RecordBatchBuilder(Codec.NONE)
                .baseOffset(base)
                .append(1000, null, ByteBuffer.wrap(value), List.of())
                .build();
    }

    static ByteBuffer batchesOf(SegmentObjectReader reader, SegmentObject object) {
        ByteBuffer all = ByteBuffer.allocate((int) object.index().bytes());
        for (Chunk chunk : object.index().chunks()) {
            all.put(reader.chunk(object.key(), object.footer().object(), object.index(), chunk));
        }
        return all.flip();
    }
}
