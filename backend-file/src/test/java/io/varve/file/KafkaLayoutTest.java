// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class KafkaLayoutTest extends FileTestBase {
    private void appendRecords(long base, int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = new SimpleRecord(5000 + base + i, ("key-" + i).getBytes(), ("value-" + base).getBytes());
        }
        ByteBuffer bytes =
                MemoryRecords.withRecords(base, Compression.NONE, records).buffer();
        long last = base + count - 1;
        store.append(new BatchRun(bytes, base, last + 1, 5000 + last, last));
    }

    @Test
    void kafkaReadsTheLogs() throws IOException {
        for (long base = 0; base < 200; base += 10) {
            appendRecords(base, 10);
        }
        sync();
        List<String> values = new ArrayList<>();
        for (var segment : store.segments()) {
            try (FileRecords records =
                    FileRecords.open(log(segment.baseOffset()).toFile(), false)) {
                for (FileChannelRecordBatch batch : records.batches()) {
                    batch.ensureValid();
                    batch.forEach(record -> values.add(record.offset() + "@" + record.timestamp()));
                }
            }
        }
        List<String> expected = new ArrayList<>();
        for (long offset = 0; offset < 200; offset++) {
            expected.add(offset + "@" + (5000 + offset));
        }
        assertThat(values).isEqualTo(expected);
    }

    @Test
    void indexesHoldWhatKafkasHold() throws IOException {
        appendTens(7);
        rig.stop();
        ByteBuffer index = ByteBuffer.wrap(Files.readAllBytes(file(FileNames.name(50, FileNames.INDEX))));
        assertThat(index.remaining()).isEqualTo(8);
        assertThat(index.getInt()).as("last offset of batch 60, relative").isEqualTo(19);
        assertThat(index.getInt()).as("its position").isEqualTo(SIZE);
        ByteBuffer times = ByteBuffer.wrap(Files.readAllBytes(file(FileNames.name(50, FileNames.TIME_INDEX))));
        assertThat(times.remaining()).isEqualTo(12);
        assertThat(times.getLong()).isEqualTo(1060);
        assertThat(times.getInt()).isEqualTo(19);
    }

    @Test
    void checkpointsAreKafkas() throws IOException {
        appendTens(12);
        store.trimTo(63);
        rig.stop();
        assertThat(rig.directory.resolve("recovery-point-offset-checkpoint")).hasContent("0\n1\norders 3 120\n");
        assertThat(rig.directory.resolve("log-start-offset-checkpoint")).hasContent("0\n1\norders 3 63\n");
        assertThat(rig.directory.resolve(".kafka_cleanshutdown")).hasContent("{\"version\":0,\"brokerEpoch\":-1}");
        assertThat(rig.directory.resolve(".lock")).exists();
    }

    @Test
    void producerSnapshotsInKafkasFormatHaveKafkasName() throws IOException {
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        byte[] entries = {0, 0, 0, 0};
        crc.update(entries);
        ByteBuffer snapshot = ByteBuffer.allocate(10)
                .putShort((short) 1)
                .putInt((int) crc.getValue())
                .put(entries)
                .flip();
        store.snapshots().write("producer", 30, snapshot);
        assertThat(file("00000000000000000030.snapshot")).hasBinaryContent(snapshot.array());
        assertThat(store.snapshots().newest("producer", 99).orElseThrow().bytes())
                .isEqualTo(snapshot);
        flipBit(file("00000000000000000030.snapshot"), 8);
        assertThat(store.snapshots().newest("producer", 99)).isEmpty();
    }

    @Test
    void damagedSnapshotsAreSkipped() throws IOException {
        store.snapshots().write("state", 10, ByteBuffer.wrap("ten".getBytes()));
        store.snapshots().write("state", 20, ByteBuffer.wrap("twenty".getBytes()));
        flipBit(file("00000000000000000020.state-snapshot"), 1);
        assertThat(store.snapshots().newest("state", 99).orElseThrow().offset()).isEqualTo(10);
        shorten(file("00000000000000000010.state-snapshot"), 5);
        assertThat(store.snapshots().newest("state", 99)).isEmpty();
    }

    @Test
    void aDirectoryIsListedForSnapshotsWhenItIsOpenedOnly() throws IOException {
        store.snapshots().write("state", 10, ByteBuffer.wrap("ten".getBytes()));
        byte[] content = Files.readAllBytes(file("00000000000000000010.state-snapshot"));
        PartitionId other = new PartitionId("orders", ID.topicId(), ID.partition() + 1);
        Path smuggled = rig.directory.resolve(other.toString()).resolve("00000000000000000010.state-snapshot");
        PartitionStore fresh = rig.storage().open(other, 1, SMALL);
        Files.write(smuggled, content);
        assertThat(fresh.snapshots().newest("state", 99)).isEmpty();
        assertThat(fresh.snapshots().offsets("state")).isEmpty();
        assertThat(fresh.snapshots().names()).isEmpty();

        fresh.snapshots().write("state", 20, ByteBuffer.wrap("twenty".getBytes()));
        assertThat(fresh.snapshots().offsets("state")).containsExactly(20L);
        assertThat(fresh.snapshots().names()).containsExactly("state");
        rig.stop();
        assertThat(rig.storage().open(other, 2, SMALL).snapshots().offsets("state"))
                .containsExactly(10L, 20L);
    }
}
