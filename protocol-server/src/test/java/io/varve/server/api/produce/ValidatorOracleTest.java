// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.VarveException;
import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.RecordFault;
import io.varve.core.spi.SegmentLimits;
import io.varve.server.api.LogFixture;
import io.varve.server.error.KafkaErrors;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.PrimitiveRef;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Compares the validation of mutated batches with Kafka's own validator. Both refuse the same batches, and
 * accept the others with equal timestamps, unless the records are damaged.
 */
class ValidatorOracleTest {
    private static final long SEED = 20261128;
    private static final int ROUNDS = 1_000;
    private static final long BEFORE_MS = 1_000_000;
    private static final long AFTER_MS = 2_000_000;

    private final LogFixture logs = new LogFixture();
    private final PartitionLog log = logs.create("t", 1).partition(0);
    private final long now = logs.time.millis();

    private record Verdict(Errors error, long maxTimestamp, List<Integer> records) {}

    /** The settings of the topic. */
    private record Rules(boolean compacted, boolean logAppendTime) {}

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void judgesAsKafkaDoes(CompressionType codec) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED + codec.id);
        int taken = 0;
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Changed changed = changed(codec, random);
            ByteBuffer batch = changed.batch;
            Rules rules = new Rules(random.nextInt(3) == 0, random.nextInt(4) == 0);
            Verdict kafkas = kafkas(copy(batch), codec, rules);
            Verdict actual = actual(copy(batch), rules);
            String which = "seed " + SEED + ", " + codec + ", round " + round;
            boolean senseless = actual.error != Errors.NONE && actual.records.isEmpty();
            if (senseless && changed.content) {
                // Kafka accepts many batches that its own consumer cannot read, and has other codes for some
                // of those that it refuses.
                assertThat(actual.error).as(which).isIn(Errors.INVALID_RECORD, Errors.UNKNOWN_SERVER_ERROR);
            } else {
                assertThat(actual).as(which).isEqualTo(kafkas);
            }
            taken += actual.error == Errors.NONE ? 1 : 0;
            refused += actual.error == Errors.NONE ? 0 : 1;
        }
        assertThat(taken).isGreaterThan(ROUNDS / 20);
        assertThat(refused).isGreaterThan(ROUNDS / 20);
    }

    private Verdict actual(ByteBuffer batch, Rules rules) {
        log.configure(new PartitionConfig(
                SegmentLimits.DEFAULT,
                1 << 20,
                rules.logAppendTime,
                BEFORE_MS,
                AFTER_MS,
                rules.compacted ? CompactionLimits.DEFAULT : CompactionLimits.NONE));
        try {
            long base = log.appender().append(batch, AppendOrigin.CLIENT).baseOffset();
            try (var slice = log.reader().read(base, 1 << 20, Isolation.LOG_END).slice()) {
                ByteBuffer stored = slice.buffer();
                MemoryRecords.readableRecords(stored).batches().forEach(RecordBatch::ensureValid);
                return new Verdict(Errors.NONE, BatchHeader.maxTimestamp(stored, stored.position()), List.of());
            }
        } catch (AppendException e) {
            return new Verdict(
                    KafkaErrors.ofAppend(e),
                    0,
                    e.records().stream().map(RecordFault::index).toList());
        } catch (VarveException e) {
            return new Verdict(KafkaErrors.ofAppend(e), 0, List.of());
        }
    }

    private Verdict kafkas(ByteBuffer batch, CompressionType codec, Rules rules) {
        MemoryRecords records = MemoryRecords.readableRecords(batch);
        LogValidator validator = new LogValidator(
                records,
                new TopicPartition("t", 0),
                new Still(now),
                codec,
                Compression.of(codec).build(),
                rules.compacted,
                RecordBatch.MAGIC_VALUE_V2,
                rules.logAppendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
                BEFORE_MS,
                AFTER_MS,
                0,
                org.apache.kafka.storage.internals.log.AppendOrigin.CLIENT);
        try {
            MemoryRecords validated = validator
                    .validateMessagesAndAssignOffsets(
                            PrimitiveRef.ofLong(0), new Unrecorded(), BufferSupplier.NO_CACHING)
                    .validatedRecords();
            return new Verdict(
                    Errors.NONE, validated.batches().iterator().next().maxTimestamp(), List.of());
        } catch (RecordValidationException e) {
            return new Verdict(
                    Errors.forException(e.invalidException()),
                    0,
                    e.recordErrors().stream().map(error -> error.batchIndex).toList());
        } catch (RuntimeException e) {
            return new Verdict(Errors.forException(e), 0, List.of());
        }
    }

    /** @param content true if the mutation may have damaged the records */
    private record Changed(ByteBuffer batch, boolean content) {}

    private Changed changed(CompressionType codec, RandomGenerator random) {
        SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(5)];
        for (int i = 0; i < records.length; i++) {
            records[i] = record(random);
        }
        ByteBuffer plain =
                copy(MemoryRecords.withRecords(Compression.NONE, records).buffer());
        byte[] content = new byte[plain.limit() - BatchHeader.SIZE];
        plain.get(BatchHeader.SIZE, content);
        int change = random.nextInt(6);
        if (change == 0) {
            content[random.nextInt(content.length)] = (byte) random.nextInt(256);
        } else if (change == 1) {
            content[random.nextInt(Math.min(10, content.length))] ^= (byte) (1 << random.nextInt(8));
        } else if (change == 2) {
            content = java.util.Arrays.copyOf(content, random.nextInt(content.length + 4));
        }
        byte[] packed = compressed(codec, content);
        if (change == 3 && codec != CompressionType.NONE) {
            packed = java.util.Arrays.copyOf(packed, random.nextInt(packed.length));
        }
        ByteBuffer batch = ByteBuffer.allocate(BatchHeader.SIZE + packed.length)
                .put(plain.slice(0, BatchHeader.SIZE))
                .put(packed)
                .flip();
        batch.putInt(8, batch.limit() - BatchHeader.LOG_OVERHEAD);
        int attributes = codec.id | (change > 3 && random.nextInt(3) == 0 ? 8 : 0);
        batch.putShort(21, (short) attributes);
        if (change == 4) {
            // With log append time Kafka reports that time for all records; this validator keeps the records'
            // own timestamps.
            batch.putLong(35, (attributes & 8) != 0 ? batch.getLong(35) : random.nextLong());
        } else if (change == 5 && random.nextInt(4) == 0) {
            batch.putInt(57, batch.getInt(57) + random.nextInt(-1, 2));
        }
        batch.putInt(17, (int) BatchHeader.computeCrc(batch, 0));
        return new Changed(batch, change <= 3);
    }

    private SimpleRecord record(RandomGenerator random) {
        long timestamp = random.nextInt(8) == 0
                ? now + random.nextLong(-4_000_000, 4_000_000)
                : now + random.nextInt(-500_000, 500_000);
        byte[] key = random.nextInt(6) == 0 ? null : new byte[random.nextInt(20)];
        byte[] value = random.nextInt(6) == 0 ? null : new byte[random.nextInt(200)];
        List<Header> headers = new ArrayList<>();
        for (int i = random.nextInt(8); i > 5; i--) {
            headers.add(new RecordHeader("h" + i, random.nextBoolean() ? null : new byte[i]));
        }
        long stated =
                Optional.of(timestamp).filter(any -> random.nextInt(20) > 0).orElse(-1L);
        return new SimpleRecord(stated, key, value, headers.toArray(Header[]::new));
    }

    private static byte[] compressed(CompressionType codec, byte[] content) {
        ByteBufferOutputStream bytes = new ByteBufferOutputStream(1024);
        try (OutputStream out = Compression.of(codec).build().wrapForOutput(bytes, RecordBatch.MAGIC_VALUE_V2)) {
            out.write(content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        byte[] packed = new byte[bytes.position()];
        bytes.buffer().flip().get(packed);
        return packed;
    }

    private static ByteBuffer copy(ByteBuffer buffer) {
        return ByteBuffer.allocate(buffer.remaining()).put(buffer.duplicate()).flip();
    }

    /** A clock that does not advance. */
    private record Still(long milliseconds) implements Time {
        @Override
        public long nanoseconds() {
            return milliseconds * 1_000_000;
        }

        @Override
        public void sleep(long ms) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void waitObject(Object on, Supplier<Boolean> condition, long deadlineMs) {
            throw new UnsupportedOperationException();
        }
    }

    /** A meter that counts nothing. */
    private static final class Unrecorded implements LogValidator.MetricsRecorder {
        @Override
        public void recordInvalidMagic() {}

        @Override
        public void recordInvalidOffset() {}

        @Override
        public void recordInvalidSequence() {}

        @Override
        public void recordInvalidChecksums() {}

        @Override
        public void recordNoKeyCompactedTopic() {}
    }
}
