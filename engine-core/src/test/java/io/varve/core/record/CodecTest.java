// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static io.varve.core.record.Expected.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;

/**
 * Reads forms of compressed records that other producers write and Kafka's own builder does not, and damaged
 * ones.
 */
class CodecTest {
    private static final long SEED = 7_001;

    private final List<Expected> expected = new ArrayList<>();
    private final byte[] records;

    CodecTest() {
        SplittableRandom random = new SplittableRandom(SEED);
        RecordBatchBuilder builder = new RecordBatchBuilder(Codec.NONE);
        for (int i = 0; i < 200; i++) {
            Expected record = Expected.random(random, i);
            // Timestamp -1 here too, since a RawBatch's base timestamp is -1.
            expected.add(new Expected(i, -1, record.key(), record.value(), record.headers()));
            expected.get(i).appendTo(builder);
        }
        ByteBuffer batch = builder.build();
        records = new byte[batch.limit() - BatchHeader.SIZE];
        batch.get(BatchHeader.SIZE, records);
    }

    @Test
    void readsBareSnappyAsLibrdkafkaWritesIt() throws IOException {
        assertReads(Codec.SNAPPY, Snappy.compress(records));
    }

    @Test
    void readsJoinedSnappyStreams() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int half = records.length / 2;
        compress(Codec.SNAPPY, bytes, 0, half);
        compress(Codec.SNAPPY, bytes, half, records.length - half);
        assertReads(Codec.SNAPPY, bytes.toByteArray());
    }

    @Test
    void readsJoinedGzipMembersAndZstdFrames() throws IOException {
        for (Codec codec : List.of(Codec.GZIP, Codec.ZSTD)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            compress(codec, bytes, 0, 1_000);
            compress(codec, bytes, 1_000, records.length - 1_000);
            assertReads(codec, bytes.toByteArray());
        }
    }

    @ParameterizedTest
    @EnumSource(BLOCKSIZE.class)
    void readsLz4FramesOfEveryBlockSizeWithAllChecksums(BLOCKSIZE size) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new LZ4FrameOutputStream(
                bytes,
                size,
                records.length,
                FLG.Bits.BLOCK_INDEPENDENCE,
                FLG.Bits.BLOCK_CHECKSUM,
                FLG.Bits.CONTENT_CHECKSUM,
                FLG.Bits.CONTENT_SIZE)) {
            out.write(records);
        }
        assertReads(Codec.LZ4, bytes.toByteArray());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 5, 6, 7, 20})
    void refusesADamagedLz4Frame(int at) throws IOException {
        byte[] bytes = lz4WithChecksums();
        bytes[at] ^= 0x10;
        assertCorrupt(Codec.LZ4, bytes);
    }

    private byte[] lz4WithChecksums() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new LZ4FrameOutputStream(
                bytes, BLOCKSIZE.SIZE_64KB, FLG.Bits.BLOCK_INDEPENDENCE, FLG.Bits.BLOCK_CHECKSUM)) {
            out.write(records);
        }
        return bytes.toByteArray();
    }

    @Test
    void refusesLz4BlocksThatDependOnEachOtherAsKafkaDoes() throws IOException {
        byte[] bytes = lz4WithChecksums();
        bytes[4] &= ~0x20;
        assertCorrupt(Codec.LZ4, bytes);
    }

    @Test
    void refusesAnLz4BlockLargerThanItsFrameAllows() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Codec.LZ4.compress(bytes).close();
        byte[] header = Arrays.copyOf(bytes.toByteArray(), 7);
        bytes.reset();
        bytes.write(header);
        int tooMany = (64 << 10) + 1;
        bytes.write(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x80000000 | tooMany)
                .array());
        bytes.write(new byte[tooMany]);
        assertCorrupt(Codec.LZ4, bytes.toByteArray());
    }

    @Test
    void doesNotBelieveTheLengthABareSnappyBlockClaims() {
        // 4 GiB - 1, then a literal of one byte.
        assertCorrupt(Codec.SNAPPY, new byte[] {-1, -1, -1, -1, 0x0F, 0, 'v'});
    }

    @Test
    void refusesAZstdFrameThatNeedsAWindowOfAGigabyte() {
        byte[] frame = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0x00, (byte) 0xA0, 0x01, 0x00, 0x00};
        assertCorrupt(Codec.ZSTD, frame);
    }

    @ParameterizedTest
    @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void reportsEveryTruncationOfCompressedRecords(Codec codec) throws IOException {
        byte[] few = new byte[4_000];
        System.arraycopy(records, 0, few, 0, few.length);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = codec.compress(bytes)) {
            out.write(few);
        }
        for (int length = 1; length < bytes.size(); length += 7) {
            byte[] cut = new byte[length];
            System.arraycopy(bytes.toByteArray(), 0, cut, 0, length);
            ByteBuffer batch = RawBatch.of(codec, 200, cut);
            assertThatExceptionOfType(InvalidBatchException.class)
                    .as("%s cut after %d bytes", codec, length)
                    .isThrownBy(() -> Expected.read(batch, 0));
        }
    }

    @Test
    void findsARecordWithoutAKey() {
        for (Codec codec : Codec.values()) {
            RecordBatchBuilder keyed = new RecordBatchBuilder(codec).append(1, utf8(""), null, List.of());
            RecordBatchBuilder unkeyed = new RecordBatchBuilder(codec)
                    .append(1, utf8("k"), null, List.of())
                    .append(1, null, utf8("v"), List.of());
            assertThat(Expected.keyless(keyed.build(), 1_000)).isEmpty();
            assertThat(Expected.keyless(unkeyed.build(), 1_000)).hasSize(1);
        }
    }

    private void compress(Codec codec, OutputStream into, int from, int length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = codec.compress(bytes)) {
            out.write(records, from, length);
        }
        bytes.writeTo(into);
    }

    private void assertReads(Codec codec, byte[] compressed) {
        ByteBuffer heap = RawBatch.of(codec, expected.size(), compressed);
        ByteBuffer direct =
                ByteBuffer.allocateDirect(heap.limit()).put(heap.duplicate()).flip();
        for (ByteBuffer batch : List.of(heap, direct, heap.asReadOnlyBuffer())) {
            assertThat(Expected.read(batch, 0)).isEqualTo(expected);
        }
    }

    private static void assertCorrupt(Codec codec, byte[] compressed) {
        ByteBuffer batch = RawBatch.of(codec, 200, compressed);
        assertThatExceptionOfType(InvalidBatchException.class)
                .isThrownBy(() -> Expected.read(batch, 0))
                .matches(
                        failure -> failure.kind() == InvalidBatchException.Kind.NOT_DECOMPRESSIBLE,
                        "is NOT_DECOMPRESSIBLE");
    }
}
