// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.record.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares objects with ones that were stored when the index got its version: objects in buckets outlive the
 * code that wrote them. The bytes of a compressed chunk may change with the codec's library, so compressed
 * objects are only read.
 */
class GoldenObjectTest {
    private static final int LATEST = 2;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "plain, NONE, false, 1",
        "encrypted, NONE, true, 1",
        "zstd, ZSTD, false, 1",
        "lz4-encrypted, LZ4, true, 1",
        "plain-2, NONE, false, 2",
        "encrypted-2, NONE, true, 2",
        "zstd-2, ZSTD, false, 2",
        "lz4-encrypted-2, LZ4, true, 2"
    })
    void readsTheBytesOfAllIndexesAndWritesTheLatest(String name, ChunkCodec codec, boolean encrypted, int version)
            throws IOException {
        Optional<KeyWrapper> keys =
                encrypted ? Optional.of(SegmentObjects.keys(directory, "golden")) : Optional.empty();
        byte[] golden = golden(name);
        Random random = new Random(1);
        BatchList batches =
                new BatchList(100).add(100, 2, 30, Codec.NONE, random).add(110, 30, 200, Codec.NONE, random);
        List<SegmentContent.SegmentBlob> blobs = List.of(new SegmentContent.SegmentBlob(
                "leader-epochs", 100, ByteBuffer.wrap("0\n1\n0 0\n".getBytes(StandardCharsets.US_ASCII))));

        SegmentObjectReader reader = SegmentObjects.reader(golden, keys);
        SegmentObject object = reader.open(SegmentObjects.KEY);
        reader.verify(object, bytes -> {});
        assertThat(SegmentObjectTest.batchesOf(reader, object)).isEqualTo(batches.bytes());
        assertThat(object.index().chunks()).extracting(Chunk::codec).contains(codec);

        assertThat(object.index().contentCrc().isPresent()).isEqualTo(version == LATEST);
        if (codec == ChunkCodec.NONE && version == LATEST) {
            SegmentWriterConfig config = new SegmentWriterConfig(SegmentWriterConfig.MIN_CHUNK, codec, keys);
            byte[] written = SegmentObjects.write(config, batches, 100, blobs).bytes();
            assertThat(written).isEqualTo(golden);
        }
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream hex = GoldenObjectTest.class.getResourceAsStream(name + ".hex")) {
            String text = new String(hex.readAllBytes(), StandardCharsets.US_ASCII);
            return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
        }
    }
}
