// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import static org.apache.kafka.common.record.internal.CompressionType.GZIP;
import static org.apache.kafka.common.record.internal.CompressionType.LZ4;
import static org.apache.kafka.common.record.internal.CompressionType.NONE;
import static org.apache.kafka.common.record.internal.CompressionType.SNAPPY;
import static org.apache.kafka.common.record.internal.CompressionType.ZSTD;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.compaction.Cleaner;
import io.varve.core.compaction.CleaningResult;
import io.varve.core.compaction.CompactionConfig;
import io.varve.core.compaction.CompactionThrottle;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.read.Isolation;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.VirtualTime;
import io.varve.server.api.WireServer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sends batches of other clients, and malformed ones, over a socket. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RawBatchesTest {
    private static final byte[] VALUE = new byte[40];
    private static final byte[] GOOD = RawBatch.record(0, 0, "k", VALUE);

    private WireServer server;
    private int topics;

    @BeforeAll
    void start() {
        server = new WireServer();
    }

    @AfterAll
    void close() {
        server.close();
    }

    /**
     * The batches that cannot be read, or that Kafka refuses. Each is refused with Kafka's code, and leaves
     * no records in the log.
     */
    enum Bad {
        HEADER_KEY_OF_LENGTH_MINUS_1(
                Errors.INVALID_RECORD,
                plain(RawBatch.sized(RawBatch.concat(
                        RawBatch.body(0, 0, "k", VALUE, 1), RawBatch.varint(-1), RawBatch.varint(-1))))),
        LENGTH_OF_4000_IN_10_BYTES(Errors.INVALID_RECORD, plain(RawBatch.concat(RawBatch.varint(4000), new byte[8]))),
        FEWER_THAN_THE_HEADER_TELLS(Errors.INVALID_RECORD, RawBatch.of(NONE, 2, GOOD)),
        MORE_THAN_THE_HEADER_TELLS(
                Errors.INVALID_RECORD, plain(RawBatch.concat(GOOD, RawBatch.record(1, 0, "l", VALUE)))),
        COMPRESSED_FEWER(Errors.INVALID_RECORD, RawBatch.of(LZ4, 2, packed(LZ4, GOOD))),
        COMPRESSED_MORE(
                Errors.INVALID_RECORD,
                RawBatch.of(ZSTD, 1, packed(ZSTD, RawBatch.concat(GOOD, RawBatch.record(1, 0, "l", VALUE))))),
        RANDOM_BYTES(Errors.INVALID_RECORD, plain(random())),
        BYTES_AFTER_THE_LAST_RECORD(Errors.INVALID_RECORD, plain(RawBatch.concat(GOOD, new byte[3]))),
        BYTES_AFTER_THE_LAST_COMPRESSED_RECORD(
                Errors.INVALID_RECORD, RawBatch.of(GZIP, 1, packed(GZIP, RawBatch.concat(GOOD, new byte[3])))),
        TEXT_FOR_GZIP(Errors.UNKNOWN_SERVER_ERROR, RawBatch.of(GZIP, 1, "this is no gzip at all".getBytes())),
        TEXT_FOR_ZSTD(Errors.UNKNOWN_SERVER_ERROR, RawBatch.of(ZSTD, 1, "this is no zstd at all".getBytes())),
        TEXT_FOR_LZ4(Errors.UNKNOWN_SERVER_ERROR, RawBatch.of(LZ4, 1, "this is no lz4 at all".getBytes())),
        GZIP_CUT(null, RawBatch.of(GZIP, 1, cut(packed(GZIP, GOOD), 20))),
        ZSTD_CUT(null, RawBatch.of(ZSTD, 1, cut(packed(ZSTD, GOOD), 10))),
        LZ4_CUT(null, RawBatch.of(LZ4, 1, cut(packed(LZ4, GOOD), 20))),
        SNAPPY_CUT(null, RawBatch.of(SNAPPY, 1, cut(packed(SNAPPY, GOOD), 10))),
        ONLY_A_HEADER(Errors.INVALID_RECORD, RawBatch.of(NONE, 0, new byte[0])),
        A_COUNT_OF_MINUS_1(Errors.INVALID_RECORD, changed(header -> header.putInt(RawBatch.COUNT, -1))),
        A_COUNT_OF_BILLIONS(
                Errors.INVALID_RECORD,
                changed(header -> header.putInt(RawBatch.COUNT, Integer.MAX_VALUE)
                        .putInt(RawBatch.LAST_OFFSET_DELTA, Integer.MAX_VALUE - 1))),
        A_LAST_OFFSET_BEYOND_THE_RECORDS(
                Errors.INVALID_RECORD, changed(header -> header.putInt(RawBatch.LAST_OFFSET_DELTA, 5))),
        A_LAST_OFFSET_OF_ALL_THERE_ARE(
                Errors.INVALID_RECORD, changed(header -> header.putInt(RawBatch.LAST_OFFSET_DELTA, Integer.MAX_VALUE))),
        A_BASE_OFFSET(Errors.INVALID_RECORD, changed(header -> header.putLong(0, 7))),
        AN_OFFSET_DELTA_OF_BILLIONS(Errors.INVALID_RECORD, plain(RawBatch.record(Integer.MAX_VALUE, 0, "k", VALUE))),
        A_NEGATIVE_OFFSET_DELTA(Errors.INVALID_RECORD, plain(RawBatch.record(-1, 0, "k", VALUE))),
        A_VARINT_OF_6_BYTES(
                Errors.INVALID_RECORD,
                plain(RawBatch.concat(new byte[] {-128, -128, -128, -128, -128, 1}, new byte[20]))),
        A_TIMESTAMP_BEYOND_TIME(Errors.INVALID_TIMESTAMP, plain(RawBatch.record(0, Long.MAX_VALUE, "k", VALUE))),
        A_CONTROL_BATCH(Errors.INVALID_RECORD, changed(header -> header.putShort(RawBatch.ATTRIBUTES, (short) 0x20))),
        A_TRANSACTION_WITHOUT_ITS_ID(
                Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                changed(header -> header.putShort(RawBatch.ATTRIBUTES, (short) 0x10))),
        A_CODEC_THAT_IS_NONE(
                Errors.UNSUPPORTED_COMPRESSION_TYPE,
                changed(header -> header.putShort(RawBatch.ATTRIBUTES, (short) 7)));

        /** The expected error, or null where it differs between Kafka's codecs. */
        private final Errors error;

        private final ByteBuffer batch;

        Bad(Errors error, ByteBuffer batch) {
            this.error = error;
            this.batch = batch;
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhatCannotBeReadAndStoresNothingOfIt(Bad bad) throws Exception {
        PartitionLog log = create(Map.of());
        PartitionProduceResponse answer = server.send(log.id().topic(), bad.batch.duplicate());
        if (bad.error == null) {
            assertThat(Errors.forCode(answer.errorCode())).isIn(Errors.INVALID_RECORD, Errors.UNKNOWN_SERVER_ERROR);
        } else {
            assertThat(Errors.forCode(answer.errorCode()))
                    .as(answer.errorMessage())
                    .isEqualTo(bad.error);
        }
        assertThat(log.logEndOffset()).isZero();
        assertThat(server.send(log.id().topic(), plain(GOOD)).errorCode()).isZero();
        assertThat(stored(log).countOrNull()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void whatFollowsTheCompressedStreamKeepsNoReaderFromIt(CompressionType codec) throws Exception {
        PartitionLog log = create(Map.of());
        ByteBuffer batch = RawBatch.of(codec, 1, RawBatch.concat(packed(codec, GOOD), new byte[] {1, 2, 3, 4, 5}));
        boolean taken = server.send(log.id().topic(), batch).errorCode() == 0;
        assertThat(log.logEndOffset()).isEqualTo(taken ? 1 : 0);
        if (taken) {
            assertThat(stored(log)).hasSize(1);
        }
    }

    @Test
    void takesBitsThatMeanNothingYet() throws Exception {
        PartitionLog log = create(Map.of());
        ByteBuffer batch = changed(header -> header.putShort(RawBatch.ATTRIBUTES, (short) 0xFF00));
        assertThat(server.send(log.id().topic(), batch).errorCode()).isZero();
        assertThat(stored(log)).hasSize(1);
    }

    /** Sarama sends -1; kafkajs ignores records without a timestamp in the max timestamp. */
    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1_000_000_000_000L, Long.MAX_VALUE})
    void goesByTheRecordsTimesWhateverTheHeaderSays(long claimed) throws Exception {
        for (CompressionType codec : CompressionType.values()) {
            PartitionLog log = create(Map.of("retention.ms", "3600000"));
            byte[] records =
                    RawBatch.concat(GOOD, RawBatch.record(1, 500, "l", VALUE), RawBatch.record(2, 100, "m", VALUE));
            ByteBuffer batch = RawBatch.of(
                    codec, 3, packed(codec, records), header -> header.putLong(RawBatch.MAX_TIMESTAMP, claimed));
            long base = BatchHeader.baseTimestamp(batch, 0);
            assertThat(server.send(log.id().topic(), batch).errorCode()).isZero();

            assertThat(stored(log).maxTimestamp()).isEqualTo(base + 500);
            assertThat(log.segments().get(0).maxTimestamp()).isEqualTo(base + 500);
            TopicPartition partition = new TopicPartition(log.id().topic(), 0);
            assertThat(server.admin
                            .listOffsets(Map.of(partition, OffsetSpec.forTimestamp(base + 200)))
                            .partitionResult(partition)
                            .get()
                            .offset())
                    .isEqualTo(1);
        }
    }

    @Test
    void recordsWithoutATimestampAreTaken() throws Exception {
        PartitionLog log = create(Map.of("message.timestamp.before.max.ms", "60000"));
        ByteBuffer batch = RawBatch.of(NONE, 1, GOOD, header -> header.putLong(RawBatch.BASE_TIMESTAMP, -1));
        assertThat(server.send(log.id().topic(), batch).errorCode()).isZero();
        assertThat(stored(log).maxTimestamp()).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void namesEachRecordWhoseTimeIsOutOfRange(CompressionType codec) throws Exception {
        PartitionLog log = create(
                Map.of("message.timestamp.before.max.ms", "3600000", "message.timestamp.after.max.ms", "3600000"));
        byte[] records = RawBatch.concat(
                GOOD,
                RawBatch.record(1, -7_200_000, "l", VALUE),
                RawBatch.record(2, 5, "m", VALUE),
                RawBatch.record(3, 7_200_000, "n", VALUE));
        PartitionProduceResponse answer = server.send(log.id().topic(), RawBatch.of(codec, 4, packed(codec, records)));
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.INVALID_TIMESTAMP);
        assertThat(answer.recordErrors())
                .extracting(BatchIndexAndErrorMessage::batchIndex)
                .containsExactly(1, 3);
        assertThat(log.logEndOffset()).isZero();
    }

    @Test
    void compactsThreeThousandLargeRecordsThatCameInOneSmallBatch() throws Exception {
        PartitionLog log = create(Map.of("cleanup.policy", "compact", "segment.bytes", "1048576"));
        byte[] zeros = new byte[100_000];
        byte[] packed = RawBatch.packed(GZIP, out -> {
            for (int i = 0; i < 3000; i++) {
                out.write(RawBatch.record(i, 0, "k" + i % 10, zeros));
            }
        });
        assertThat(packed.length).isLessThan(1_000_000);
        String topic = log.id().topic();
        assertThat(server.send(topic, RawBatch.of(GZIP, 3000, packed)).errorCode())
                .isZero();
        for (int i = 0; i < 2; i++) {
            byte[] filler = RawBatch.record(0, 0, "filler", new byte[900_000]);
            assertThat(server.send(topic, plain(filler)).errorCode()).isZero();
        }
        VirtualTime time = new VirtualTime(System.currentTimeMillis());
        CompactionConfig config = CompactionConfig.BY_HAND;
        Cleaner cleaner = new Cleaner(
                config, Clock.system(), new CompactionThrottle(config.bytesPerSecond(), time, time), new FailPoints());
        CleaningResult cleaned = cleaner.clean(cleaner.look(log.maintenance()));
        assertThat(cleaned.unreadable()).isZero();
        assertThat(cleaned.dropped()).isEqualTo(2990);
        assertThat(stored(log)).hasSize(10).allMatch(record -> record.valueSize() == zeros.length);
    }

    @Test
    void refusesARecordLargerThanAnyRequest() throws Exception {
        int size = 240 << 20;
        PartitionLog log = create(Map.of());
        byte[] body = RawBatch.body(0, 0, "k", new byte[0], 0);
        byte[] beforeValue = Arrays.copyOf(body, body.length - 2);
        byte[] packed = RawBatch.packed(GZIP, out -> {
            byte[] valueSize = RawBatch.varint(size);
            out.write(RawBatch.varint(beforeValue.length + valueSize.length + size + 1));
            out.write(beforeValue);
            out.write(valueSize);
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 240; i++) {
                out.write(zeros);
            }
            out.write(0);
        });
        PartitionProduceResponse answer = server.send(log.id().topic(), RawBatch.of(GZIP, 1, packed));
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.MESSAGE_TOO_LARGE);
        assertThat(log.logEndOffset()).isZero();
    }

    private PartitionLog create(Map<String, String> configs) throws Exception {
        return server.create("raw" + topics++, configs);
    }

    /** @return the first batch, decoded by Kafka's own reader */
    private static org.apache.kafka.common.record.internal.RecordBatch stored(PartitionLog log) {
        try (var slice = log.reader().read(0, 1, Isolation.READ_UNCOMMITTED).slice()) {
            ByteBuffer copy =
                    ByteBuffer.allocate(slice.sizeInBytes()).put(slice.buffer()).flip();
            var batch = MemoryRecords.readableRecords(copy).batches().iterator().next();
            batch.ensureValid();
            for (Record record : batch) {
                record.ensureValid();
            }
            return batch;
        }
    }

    private static ByteBuffer plain(byte[] records) {
        return RawBatch.of(NONE, 1, records);
    }

    private static ByteBuffer changed(Consumer<ByteBuffer> change) {
        return RawBatch.of(NONE, 1, GOOD, change);
    }

    private static byte[] packed(CompressionType codec, byte[] records) {
        return RawBatch.packed(codec, out -> out.write(records));
    }

    private static byte[] cut(byte[] bytes, int by) {
        return Arrays.copyOf(bytes, bytes.length - by);
    }

    private static byte[] random() {
        byte[] bytes = new byte[300];
        new Random(5).nextBytes(bytes);
        return bytes;
    }
}
