// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static io.varve.core.record.Expected.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests that Varve's iterator reads what Kafka's builder writes, and Kafka's iterator what Varve's builder
 * writes.
 */
class KafkaInteropTest {
    private static final long SEED = 20_260_101;
    private static final int BATCHES = 60;

    @ParameterizedTest
    @EnumSource(Codec.class)
    void readsWhatKafkaWrote(Codec codec) {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < BATCHES; i++) {
            long base = random.nextLong(1L << 40);
            List<Expected> expected = records(random, base, false);
            ByteBuffer batch = writtenByKafka(codec, base, expected);
            for (ByteBuffer form : forms(batch)) {
                assertThat(BatchValidator.validate(form, 0, form.limit())).isEqualTo(batch.limit());
                assertThat(Expected.read(form, 0))
                        .as("seed %d, batch %d", SEED, i)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void kafkaReadsWhatTheBuilderWrote(Codec codec) {
        SplittableRandom random = new SplittableRandom(SEED + 1);
        for (int i = 0; i < BATCHES; i++) {
            long base = random.nextLong(1L << 40);
            List<Expected> expected = records(random, base, true);
            RecordBatchBuilder builder = new RecordBatchBuilder(codec)
                    .baseOffset(base)
                    .leaderEpoch(7)
                    .producer(77, (short) 3, 99);
            expected.forEach(record -> record.appendTo(builder));
            ByteBuffer bytes = builder.build();
            MutableRecordBatch batch = onlyBatch(bytes);
            batch.ensureValid();
            assertThat(readByKafka(batch)).as("seed %d, batch %d", SEED + 1, i).isEqualTo(expected);
            assertThat(Expected.read(bytes, 0)).isEqualTo(expected);
            assertThat(batch.compressionType().id).isEqualTo((byte) codec.id());
            assertThat(batch.producerId()).isEqualTo(77);
            assertThat(batch.producerEpoch()).isEqualTo((short) 3);
            assertThat(batch.baseSequence()).isEqualTo(99);
            assertThat(batch.partitionLeaderEpoch()).isEqualTo(7);
            assertThat(batch.lastOffset())
                    .isEqualTo(expected.get(expected.size() - 1).offset());
            assertThat(batch.maxTimestamp())
                    .isEqualTo(expected.stream()
                            .mapToLong(Expected::timestamp)
                            .max()
                            .getAsLong());
        }
    }

    /** Builds a batch of a producer without an id, and compares it with Kafka's byte for byte. */
    @Test
    void buildsTheSameBytesAsKafka() {
        List<Expected> expected = records(new SplittableRandom(SEED + 2), 0, false);
        RecordBatchBuilder builder = new RecordBatchBuilder(Codec.NONE);
        expected.forEach(record -> record.appendTo(builder));
        assertThat(builder.build()).isEqualTo(writtenByKafka(Codec.NONE, 0, expected));
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void acceptsWhatProducersSend(Codec codec) {
        ByteBuffer batch = MemoryRecords.withTransactionalRecords(
                        compression(codec),
                        5,
                        (short) 0,
                        0,
                        new SimpleRecord(1, utf8("k").array(), utf8("v").array()))
                .buffer();
        assertThat(BatchValidator.validateFromClient(batch, 0, batch.limit())).isEqualTo(batch.limit());
        assertThat(BatchHeader.isTransactional(batch, 0)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void kafkaReadsTheLogAppendTimeWePatchedIn(Codec codec) {
        List<Expected> expected = records(new SplittableRandom(SEED + 3), 0, false);
        ByteBuffer bytes = writtenByKafka(codec, 0, expected);
        BatchHeader.setLogAppendTime(bytes, 0, 1_234_567_890_123L);
        BatchHeader.setBaseOffset(bytes, 0, 4_000);
        BatchHeader.setLeaderEpoch(bytes, 0, 12);
        MutableRecordBatch batch = onlyBatch(bytes);
        batch.ensureValid();
        assertThat(batch.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(batch.baseOffset()).isEqualTo(4_000);
        assertThat(batch.partitionLeaderEpoch()).isEqualTo(12);
        List<Expected> read = readByKafka(batch);
        assertThat(read).extracting(Expected::timestamp).containsOnly(1_234_567_890_123L);
        assertThat(Expected.read(bytes, 0)).isEqualTo(read);
    }

    @Test
    void kafkaReadsOurLogAppendTimeBatches() {
        ByteBuffer bytes = new RecordBatchBuilder(Codec.GZIP)
                .logAppendTime(9_000)
                .append(5, null, utf8("v"), List.of())
                .build();
        MutableRecordBatch batch = onlyBatch(bytes);
        batch.ensureValid();
        assertThat(batch.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(readByKafka(batch)).extracting(Expected::timestamp).containsExactly(9_000L);
    }

    @Test
    void agreesOnTransactionMarkers() {
        for (ControlType type : List.of(ControlType.ABORT, ControlType.COMMIT)) {
            ControlRecordType theirs = ControlRecordType.valueOf(type.name());
            ByteBuffer ours = RecordBatchBuilder.marker(type, 1_000, 42, (short) 6, 3);
            ByteBuffer kafkas = MemoryRecords.withEndTransactionMarker(
                            0, 1_000, -1, 42, (short) 6, new EndTransactionMarker(theirs, 3))
                    .buffer();
            assertThat(ours).isEqualTo(kafkas);
            try (RecordIterator records = RecordIterator.of(kafkas, 0, 0)) {
                assertThat(records.next()).isTrue();
                assertThat(records.isControl()).isTrue();
                assertThat(records.controlType()).isEqualTo(type);
                assertThat(records.next()).isFalse();
            }
        }
    }

    @Test
    void readsControlTypesOfKraftAsUnknown() {
        ByteBuffer batch = new RecordBatchBuilder(Codec.NONE)
                .control()
                .append(0, ControlRecordType.LEADER_CHANGE.recordKey(), null, List.of())
                .build();
        try (RecordIterator records = RecordIterator.of(batch, 0, 0)) {
            assertThat(records.next()).isTrue();
            assertThat(records.controlType()).isEqualTo(ControlType.UNKNOWN);
        }
    }

    @Test
    void agreesOnEmptyBatches() {
        ByteBuffer kafkas = ByteBuffer.allocate(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
        DefaultRecordBatch.writeEmptyHeader(
                kafkas,
                RecordBatch.MAGIC_VALUE_V2,
                8,
                (short) 2,
                30,
                100,
                140,
                5,
                TimestampType.CREATE_TIME,
                77,
                true,
                false);
        kafkas.flip();
        ByteBuffer ours = new RecordBatchBuilder(Codec.ZSTD)
                .baseOffset(100)
                .leaderEpoch(5)
                .producer(8, (short) 2, 30)
                .transactional()
                .build(140, 77);
        assertThat(ours).isEqualTo(kafkas);
        assertThat(BatchValidator.validate(kafkas, 0, kafkas.limit())).isEqualTo(BatchHeader.SIZE);
        assertThat(BatchHeader.nextOffset(kafkas, 0)).isEqualTo(141);
        assertThat(Expected.read(kafkas, 0)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void agreesOnThinnedBatchesWithADeleteHorizon(Codec codec) {
        ByteBuffer bytes = new RecordBatchBuilder(codec)
                .baseOffset(10)
                .deleteHorizon(500_000)
                .appendAt(12, 1_000, utf8("a"), null, List.of())
                .appendAt(17, 2_000, utf8("b"), null, List.of())
                .build(20, 9_000);
        MutableRecordBatch batch = onlyBatch(bytes);
        batch.ensureValid();
        assertThat(batch.deleteHorizonMs()).hasValue(500_000);
        assertThat(BatchHeader.hasDeleteHorizon(bytes, 0)).isTrue();
        assertThat(batch.lastOffset()).isEqualTo(20);
        assertThat(batch.maxTimestamp()).isEqualTo(9_000);
        List<Expected> read = readByKafka(batch);
        assertThat(read).extracting(Expected::offset).containsExactly(12L, 17L);
        assertThat(read).extracting(Expected::timestamp).containsExactly(1_000L, 2_000L);
        assertThat(Expected.read(bytes, 0)).isEqualTo(read);
        assertThat(BatchValidator.validate(bytes, 0, bytes.limit())).isEqualTo(bytes.limit());
    }

    private static void assertSameWithoutBodies(ByteBuffer batch, List<Expected> expected) {
        try (RecordIterator records = RecordIterator.withoutBodies(batch, 0, 64 << 20)) {
            for (Expected record : expected) {
                assertThat(records.next()).isTrue();
                assertThat(records.offset()).isEqualTo(record.offset());
                assertThat(records.timestamp()).isEqualTo(record.timestamp());
                assertThat(records.hasKey()).isEqualTo(record.key() != null);
                assertThat(records.hasValue()).isEqualTo(record.value() != null);
                assertThatIllegalStateException().isThrownBy(records::key);
            }
            assertThat(records.next()).isFalse();
        }
    }

    private static List<Expected> records(SplittableRandom random, long base, boolean gaps) {
        List<Expected> records = new ArrayList<>();
        long offset = base;
        int count = 1 + random.nextInt(random.nextInt(8) == 0 ? 300 : 8);
        for (int i = 0; i < count; i++) {
            records.add(Expected.random(random, offset));
            offset += gaps ? 1 + random.nextInt(3) : 1;
        }
        return records;
    }

    /** Puts a batch into an array, a read-only view of an array, and direct memory. */
    private static List<ByteBuffer> forms(ByteBuffer batch) {
        ByteBuffer direct = ByteBuffer.allocateDirect(batch.remaining());
        direct.put(batch.duplicate()).flip();
        return List.of(batch, batch.asReadOnlyBuffer(), direct, direct.asReadOnlyBuffer());
    }

    private static ByteBuffer writtenByKafka(Codec codec, long base, List<Expected> records) {
        try (MemoryRecordsBuilder builder =
                MemoryRecords.builder(ByteBuffer.allocate(1024), compression(codec), TimestampType.CREATE_TIME, base)) {
            records.forEach(record -> builder.append(record.simple()));
            return builder.build().buffer().slice();
        }
    }

    private static Compression compression(Codec codec) {
        return Compression.of(CompressionType.forId(codec.id())).build();
    }

    private static MutableRecordBatch onlyBatch(ByteBuffer bytes) {
        List<MutableRecordBatch> batches = new ArrayList<>();
        MemoryRecords.readableRecords(bytes).batches().forEach(batches::add);
        assertThat(batches).hasSize(1);
        return batches.get(0);
    }

    private static List<Expected> readByKafka(RecordBatch batch) {
        List<Expected> read = new ArrayList<>();
        for (Record record : batch) {
            read.add(Expected.of(record));
        }
        return read;
    }
}
