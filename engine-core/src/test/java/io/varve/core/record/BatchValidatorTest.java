// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static io.varve.core.record.Expected.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchValidatorTest {
    private static ByteBuffer sound() {
        return builder().build();
    }

    private static RecordBatchBuilder builder() {
        return new RecordBatchBuilder(Codec.NONE)
                .producer(9, (short) 1, 0)
                .append(1_000, utf8("a"), utf8("1"), List.of())
                .append(3_000, utf8("b"), utf8("2"), List.of());
    }

    @Test
    void acceptsASoundBatchAnywhereInABuffer() {
        ByteBuffer batch = sound();
        ByteBuffer framed = ByteBuffer.allocateDirect(batch.limit() + 30);
        framed.put(13, batch, 0, batch.limit());
        assertThat(BatchValidator.validate(framed, 13, framed.limit())).isEqualTo(batch.limit());
        assertThat(BatchValidator.validateFromClient(framed, 13, framed.limit()))
                .isEqualTo(batch.limit());
        assertThat(Expected.read(framed, 13)).hasSize(2);
    }

    @Test
    void noticesAnyFlippedBitTheCrcCovers() {
        for (int at = BatchHeader.CRC; at < sound().limit(); at++) {
            ByteBuffer batch = sound();
            batch.put(at, (byte) (batch.get(at) ^ 1 << at % 8));
            assertKind(InvalidBatchException.Kind.CORRUPT, () -> BatchValidator.validate(batch, 0, batch.limit()));
        }
    }

    @Test
    void refusesABatchCutAnywhere() {
        ByteBuffer batch = sound();
        for (int limit = 0; limit < batch.limit(); limit++) {
            int cut = limit;
            assertKind(InvalidBatchException.Kind.CORRUPT, () -> BatchValidator.validate(batch, 0, cut));
        }
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 1})
    void namesTheMagicOfOldMessagesShorterThanAHeader(byte magic) {
        ByteBuffer old = MemoryRecords.withRecords(magic, Compression.NONE, new SimpleRecord(1, new byte[1]))
                .buffer();
        assertThat(old.remaining()).isLessThan(BatchHeader.SIZE);
        assertKind(
                InvalidBatchException.Kind.UNSUPPORTED_MAGIC,
                () -> BatchValidator.validate(old, old.position(), old.limit()));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -12, -1, 0, 48, 1 << 20, Integer.MAX_VALUE})
    void doesNotBelieveTheLength(int length) {
        ByteBuffer batch = sound();
        batch.putInt(BatchHeader.LENGTH, length);
        assertKind(InvalidBatchException.Kind.CORRUPT, () -> BatchValidator.validate(batch, 0, batch.limit()));
    }

    @Test
    void refusesACodecNobodyKnows() {
        ByteBuffer batch = changed(b -> b.putShort(BatchHeader.ATTRIBUTES, (short) 6));
        assertKind(InvalidBatchException.Kind.UNKNOWN_CODEC, () -> BatchValidator.validate(batch, 0, batch.limit()));
    }

    @Test
    void acceptsGapsOnDiskButNotFromProducers() {
        ByteBuffer thinned = builder().build(5, 3_000);
        assertThat(BatchValidator.validate(thinned, 0, thinned.limit())).isEqualTo(thinned.limit());
        assertKind(
                InvalidBatchException.Kind.INVALID_RECORD,
                () -> BatchValidator.validateFromClient(thinned, 0, thinned.limit()));
    }

    @ParameterizedTest
    @MethodSource
    void refusesFromProducers(String what, ByteBuffer batch) {
        assertKind(
                InvalidBatchException.Kind.INVALID_RECORD,
                () -> BatchValidator.validateFromClient(batch, 0, batch.limit()));
    }

    static Stream<Arguments> refusesFromProducers() {
        return Stream.of(
                Arguments.of("an empty batch", new RecordBatchBuilder(Codec.NONE).build(0, -1)),
                Arguments.of("a base offset", changed(b -> BatchHeader.setBaseOffset(b, 0, 1))),
                Arguments.of("a marker", RecordBatchBuilder.marker(ControlType.COMMIT, 0, 9, (short) 1, 0)),
                Arguments.of("no sequence", changed(b -> b.putInt(BatchHeader.BASE_SEQUENCE, -1))),
                Arguments.of("no producer epoch", changed(b -> b.putShort(BatchHeader.PRODUCER_EPOCH, (short) -1))),
                Arguments.of(
                        "a transaction of nobody",
                        changed(b -> b.putLong(BatchHeader.PRODUCER_ID, -1)
                                .putShort(BatchHeader.ATTRIBUTES, (short) BatchHeader.TRANSACTIONAL_FLAG))),
                Arguments.of(
                        "more records than bytes",
                        changed(b ->
                                b.putInt(BatchHeader.RECORD_COUNT, 1_000).putInt(BatchHeader.LAST_OFFSET_DELTA, 999))),
                Arguments.of(
                        "2^31-1 records",
                        changed(b -> b.putInt(BatchHeader.RECORD_COUNT, Integer.MAX_VALUE)
                                .putInt(BatchHeader.LAST_OFFSET_DELTA, Integer.MAX_VALUE - 1))));
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void doesNotBelieveMoreRecordsThanTheBytesCanHold(Codec codec) {
        ByteBuffer batch = new RecordBatchBuilder(codec)
                .append(1, null, utf8("v"), List.of())
                .build();
        assertThat(BatchValidator.validateFromClient(batch, 0, batch.limit())).isEqualTo(batch.limit());
        batch.putInt(BatchHeader.RECORD_COUNT, 10_000_000).putInt(BatchHeader.LAST_OFFSET_DELTA, 9_999_999);
        RawBatch.sealed(batch);
        assertKind(
                InvalidBatchException.Kind.INVALID_RECORD,
                () -> BatchValidator.validateFromClient(batch, 0, batch.limit()));
    }

    @Test
    void refusesCountsThatDoNotFitTheOffsets() {
        for (int[] pair : new int[][] {{3, 1}, {-1, 1}, {0, -1}, {Integer.MIN_VALUE, 0}, {1, Integer.MIN_VALUE}}) {
            ByteBuffer batch = changed(
                    b -> b.putInt(BatchHeader.RECORD_COUNT, pair[0]).putInt(BatchHeader.LAST_OFFSET_DELTA, pair[1]));
            assertKind(
                    InvalidBatchException.Kind.INVALID_RECORD, () -> BatchValidator.validate(batch, 0, batch.limit()));
        }
    }

    @Test
    void acceptsProducersWithoutTimestamps() {
        ByteBuffer bare = new RecordBatchBuilder(Codec.NONE)
                .append(-1, null, utf8("v"), List.of())
                .build();
        assertThat(BatchValidator.validateFromClient(bare, 0, bare.limit())).isEqualTo(bare.limit());
    }

    private static ByteBuffer changed(Consumer<ByteBuffer> change) {
        ByteBuffer batch = sound();
        change.accept(batch);
        return RawBatch.sealed(batch);
    }

    private static void assertKind(InvalidBatchException.Kind kind, Runnable call) {
        assertThatExceptionOfType(InvalidBatchException.class)
                .isThrownBy(call::run)
                .matches(failure -> failure.kind() == kind, "is " + kind);
    }
}
