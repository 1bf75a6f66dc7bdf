// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.read.Isolation;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.record.RecordIterator;
import io.varve.server.group.GroupsFixture;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests copying a partition of a stopped Kafka: max timestamps, malformed batches, damage. */
class PartitionCopierTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final int MAX_TIMESTAMP = 35;

    @TempDir
    Path source;

    private final GroupsFixture broker = new GroupsFixture();
    private final PartitionLog log = broker.topic("t", 1).partition(0);
    private final ByteArrayOutputStream segment = new ByteArrayOutputStream();

    @AfterEach
    void close() {
        broker.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Codec.class,
            names = {"NONE", "GZIP", "ZSTD"})
    void correctsMaxTimestampsToTheYoungestRecord(Codec codec) throws Exception {
        write(batch(codec, 0), NOW);
        write(batch(codec, 2), -1);
        write(batch(codec, 4), 0);
        write(batch(codec, 6), NOW + 5);
        copy();
        assertThat(maxTimestamps()).containsExactly(NOW, NOW, NOW, NOW + 5);
        assertThat(log.segments().get(0).maxTimestamp()).isEqualTo(NOW + 5);
    }

    @Test
    void copiesAMalformedBatchUnchangedAndServesTheOthers() throws Exception {
        ByteBuffer garbage = batch(Codec.NONE, 2);
        garbage.put(BatchHeader.SIZE, (byte) 127);
        write(batch(Codec.NONE, 0), NOW);
        write(garbage, NOW);
        write(batch(Codec.NONE, 4), NOW);
        copy();
        assertThat(log.logEndOffset()).isEqualTo(6);
        assertThat(read(2)).isEqualTo(garbage);
        for (long sound : new long[] {0, 4}) {
            try (RecordIterator records = RecordIterator.of(read(sound), 0, 1 << 20)) {
                assertThat(records.next()).isTrue();
                assertThat(records.offset()).isEqualTo(sound);
            }
        }
        log.appender()
                .append(
                        new RecordBatchBuilder(Codec.NONE)
                                .append(1, null, bytes(), List.of())
                                .build(),
                        AppendOrigin.CLIENT);
        assertThat(log.logEndOffset()).isEqualTo(7);
    }

    /** Otherwise the coordinator would take the log for one that has lost what came before. */
    @Test
    void notesWhereACoordinatorsLogBegins() throws Exception {
        write(batch(Codec.NONE, 0), NOW);
        write(batch(Codec.NONE, 2), NOW);
        Files.write(source.resolve("00000000000000000000.log"), segment.toByteArray());
        PartitionLog states = broker.topic(org.apache.kafka.common.internals.Topic.TRANSACTION_STATE_TOPIC_NAME, 1)
                .partition(0);
        for (PartitionLog to : List.of(states, log)) {
            new PartitionCopier(SourcePartition.of(KafkaPartitionLog.open(source, 2), false), to, bytes -> {}).run();
            assertThat(to.logStartOffset()).isEqualTo(2);
        }
        assertThat(states.snapshots().offsets("known-start")).containsExactly(2L);
        assertThat(log.snapshots().offsets("known-start")).isEmpty();
    }

    @Test
    void refusesDamageThatANewHeaderWouldHide() throws Exception {
        ByteBuffer damaged = batch(Codec.NONE, 0);
        write(damaged, -1);
        byte[] file = segment.toByteArray();
        file[file.length - 2] ^= 1; // in the last value
        segment.reset();
        segment.writeBytes(file);
        assertThatThrownBy(this::copy).isInstanceOf(ImportException.class).hasMessageContaining("CRC");
        assertThat(log.logEndOffset()).isZero();
    }

    private void copy() throws Exception {
        Files.write(source.resolve("00000000000000000000.log"), segment.toByteArray());
        new PartitionCopier(SourcePartition.of(KafkaPartitionLog.open(source, 0), false), log, bytes -> {}).run();
    }

    /** Two records, the first of them the youngest. */
    private static ByteBuffer batch(Codec codec, long base) {
        return new RecordBatchBuilder(codec)
                .baseOffset(base)
                .leaderEpoch(0)
                .append(NOW, null, bytes(), List.of())
                .append(NOW - 1000, null, bytes(), List.of())
                .build();
    }

    private static ByteBuffer bytes() {
        return ByteBuffer.wrap(new byte[20]);
    }

    private void write(ByteBuffer batch, long maxTimestamp) {
        batch.putLong(MAX_TIMESTAMP, maxTimestamp).putInt(17, (int) BatchHeader.computeCrc(batch, 0));
        byte[] bytes = new byte[batch.limit()];
        batch.get(0, bytes);
        segment.writeBytes(bytes);
    }

    private ByteBuffer read(long offset) {
        try (var slice =
                log.reader().read(offset, 1, Isolation.READ_UNCOMMITTED).slice()) {
            return ByteBuffer.allocate(slice.sizeInBytes()).put(slice.buffer()).flip();
        }
    }

    private List<Long> maxTimestamps() {
        List<Long> times = new ArrayList<>();
        for (long offset = 0; offset < log.logEndOffset(); ) {
            ByteBuffer batch = read(offset);
            times.add(BatchHeader.maxTimestamp(batch, 0));
            offset = BatchHeader.nextOffset(batch, 0);
        }
        return times;
    }
}
