// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.producer.ProducerInfo;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.record.RecordHeader;
import io.varve.core.spi.Segment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CleanerTest {
    private final CompactedPartition partition = new CompactedPartition();

    @Test
    void keepsTheNewestRecordOfEachKeyAtItsOffset() {
        partition.append("a=1", "b=1", "c=1");
        partition.append("a=2", "d=1");
        partition.roll();
        partition.append("b=2");
        CleaningResult cleaned = partition.clean();
        // b=2 lies in the active segment, whose keys are not in the table.
        assertThat(partition.left()).containsExactly("1:b=1", "2:c=1", "3:a=2", "4:d=1", "6:b=2");
        assertThat(cleaned.dropped()).isEqualTo(1);
        assertThat(cleaned.cleanedTo()).isEqualTo(5);
        partition.rollAndClean();
        assertThat(partition.left()).containsExactly("2:c=1", "3:a=2", "4:d=1", "6:b=2");
        assertThat(partition.store.extent().readableEnd()).isEqualTo(partition.end());
    }

    @Test
    void passesABatchThatKeepsAllItsRecordsOnByteForByte() {
        partition.append(CompactedPartition.with(partition.batch(Codec.ZSTD), 5, "a=1", "b=1")
                .build());
        ByteBuffer before = read(0);
        partition.rollAndClean();
        assertThat(read(0)).isEqualTo(before);
    }

    private ByteBuffer read(long offset) {
        try (var slice = partition.store.read(offset, Long.MAX_VALUE, 0)) {
            return ByteBuffer.allocate(slice.sizeInBytes()).put(slice.buffer()).flip();
        }
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void leavesEverythingButTheRecordsOfABatchAsItWas(Codec codec) {
        partition.append("first=1");
        RecordBatchBuilder batch = partition.batch(codec).producer(77, (short) 3, 40);
        List<RecordHeader> headers =
                List.of(new RecordHeader("h", CompactedPartition.bytes("v")), new RecordHeader("n", null));
        for (int i = 0; i < 20; i++) {
            batch.append(
                    1000 + i, CompactedPartition.bytes("k" + i), CompactedPartition.bytes("value ".repeat(i)), headers);
        }
        partition.append(batch.build());
        for (int i = 0; i < 20; i++) {
            if (i != 4 && i != 9) {
                partition.append("k" + i + "=new");
            }
        }
        partition.rollAndClean();
        RecordBatch left = partition.batches().get(1);
        assertThat(left.baseOffset()).isEqualTo(1);
        assertThat(left.lastOffset()).isEqualTo(20);
        assertThat(left.producerId()).isEqualTo(77);
        assertThat(left.producerEpoch()).isEqualTo((short) 3);
        assertThat(left.baseSequence()).isEqualTo(40);
        assertThat(left.lastSequence()).isEqualTo(59);
        assertThat(left.partitionLeaderEpoch()).isEqualTo(7);
        assertThat(left.compressionType().id).isEqualTo((byte) codec.id());
        assertThat(left.maxTimestamp()).isEqualTo(1009);
        assertThat(left).extracting(record -> record.offset()).containsExactly(5L, 10L);
        assertThat(left).extracting(record -> record.timestamp()).containsExactly(1004L, 1009L);
        assertThat(left.iterator().next().headers()).hasSize(2);
    }

    @Test
    void keepsTheBrokersTime() {
        partition.append(CompactedPartition.with(partition.batch().logAppendTime(5000), 1, "a=1", "b=1")
                .build());
        partition.append("a=2");
        partition.rollAndClean();
        RecordBatch left = partition.batches().get(0);
        assertThat(left.timestampType()).isEqualTo(org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME);
        assertThat(left.maxTimestamp()).isEqualTo(5000);
        assertThat(left.iterator().next().timestamp()).isEqualTo(5000);
    }

    @Test
    void aTombstoneStaysForItsTimeAndThenGoes() {
        partition.append("a=1", "b=1");
        partition.append("a", "c=1");
        partition.rollAndClean();
        assertThat(partition.left()).containsExactly("1:b=1", "2:a", "3:c=1");
        RecordBatch batch = partition.batches().get(1);
        assertThat(batch.deleteHorizonMs()).isEqualTo(OptionalLong.of(CompactedPartition.START_MS + 1000));
        assertThat(batch.iterator().next().timestamp()).isEqualTo(CompactedPartition.START_MS);
        partition.time.advance(999);
        partition.rollAndClean();
        assertThat(partition.left()).contains("2:a");
        assertThat(partition.batches().get(1).deleteHorizonMs())
                .isEqualTo(OptionalLong.of(CompactedPartition.START_MS + 1000));
        partition.time.advance(1);
        partition.rollAndClean();
        assertThat(partition.left()).containsExactly("1:b=1", "3:c=1");
        assertThat(partition.batches().get(1).deleteHorizonMs()).isPresent();
        assertThat(partition.batches().get(1).iterator().next().timestamp()).isEqualTo(CompactedPartition.START_MS);
    }

    @Test
    void recordsWithoutAKeyGoAndAreCounted() {
        RecordBatchBuilder batch = partition.batch();
        batch.append(1, null, CompactedPartition.bytes("x"), List.of())
                .append(1, CompactedPartition.bytes("a"), null, List.of());
        partition.append(batch.build());
        CleaningResult cleaned = partition.rollAndClean();
        assertThat(cleaned.keyless()).isEqualTo(1);
        assertThat(partition.left()).containsExactly("1:a");
    }

    @Test
    void dropsAbortedDataAndTheMarkerOnceNothingIsLeftAndItsTimeHasCome() {
        partition.append("a=kept");
        partition.transactional(1, 0, "a=void", "b=void");
        partition.marker(1, false, 1);
        partition.append("c=1");
        partition.rollAndClean();
        assertThat(partition.left()).containsExactly("0:a=kept", "3:marker", "4:c=1");
        assertThat(partition.aborted).hasSize(1);
        partition.rollAndClean(); // finds no data of the transaction: sets the marker's delete horizon
        assertThat(partition.left()).contains("3:marker");
        assertThat(partition.aborted).isEmpty();
        partition.time.advance(999);
        partition.rollAndClean();
        assertThat(partition.left()).contains("3:marker");
        partition.time.advance(1);
        partition.rollAndClean();
        assertThat(partition.left()).containsExactly("0:a=kept", "4:c=1");
    }

    @Test
    void keepsACommitMarkerAsLongAsARecordOfItsTransactionIsLeft() {
        partition.transactional(1, 0, "a=1", "b=1");
        partition.marker(1, true, 0);
        partition.rollAndClean();
        partition.time.advance(5000);
        partition.rollAndClean();
        assertThat(partition.left()).containsExactly("0:a=1", "1:b=1", "2:marker");
        partition.append("a=2", "b=2");
        partition.rollAndClean(); // removes the data
        partition.rollAndClean(); // finds that there is none
        partition.time.advance(1000);
        assertThat(partition.left()).contains("2:marker");
        partition.rollAndClean();
        assertThat(partition.left()).noneMatch(one -> one.endsWith("marker"));
    }

    @Test
    void committedAndAbortedTransactionsOfOneProducerInterleavedWithAnothers() {
        partition.transactional(1, 0, "a=1"); // 0
        partition.transactional(2, 0, "a=2"); // 1
        partition.marker(1, false, 0); // 2
        partition.transactional(1, 1, "b=1"); // 3
        partition.marker(2, true, 1); // 4
        partition.transactional(2, 1, "b=2"); // 5
        partition.marker(1, true, 3); // 6
        partition.marker(2, false, 5); // 7
        partition.rollAndClean();
        assertThat(partition.left()).containsExactly("1:a=2", "2:marker", "3:b=1", "4:marker", "6:marker", "7:marker");
    }

    @Test
    void keepsTheLastSequenceOfAProducerThatMayGoOn() {
        partition.append(CompactedPartition.with(partition.batch().producer(1, (short) 0, 0), 5, "a=1", "b=1")
                .build());
        partition.append(CompactedPartition.with(partition.batch().producer(1, (short) 0, 2), 6, "a=2", "b=2")
                .build());
        partition.append("a=3", "b=3");
        partition.producers.add(new ProducerInfo(1, (short) 0, 3, 6, -1, -1, 3));
        partition.rollAndClean();
        assertThat(partition.left()).containsExactly("4:a=3", "5:b=3");
        RecordBatch empty = partition.batches().get(0);
        assertThat(empty.baseOffset()).isEqualTo(2);
        assertThat(empty.lastOffset()).isEqualTo(3);
        assertThat(empty.producerId()).isEqualTo(1);
        assertThat(empty.baseSequence()).isEqualTo(2);
        assertThat(empty.lastSequence()).isEqualTo(3);
        assertThat(empty.maxTimestamp()).isEqualTo(6);
        assertThat(empty.countOrNull()).isZero();
        partition.producers.clear();
        partition.rollAndClean();
        assertThat(partition.batches().get(0).baseOffset()).isEqualTo(4);
    }

    @Test
    void keepsTheMarkerWithTheEpochOfAProducerThatHasNothingElse() {
        partition.transactional(1, 0, "a=1");
        partition.marker(1, false, 0);
        partition.producers.add(new ProducerInfo(1, (short) 0, -1, 6, 5, -1, -1));
        for (int i = 0; i < 3; i++) {
            partition.rollAndClean();
            partition.time.advance(2000);
        }
        RecordBatch left = partition.batches().get(0);
        assertThat(left.isControlBatch()).isTrue();
        assertThat(left.countOrNull()).isZero();
    }

    @Test
    void keepsTheLastBatchOfWhatItCleansIfOnlyEmpty() {
        partition.append("a=1");
        partition.append("b=1");
        partition.transactional(1, 0, "c=1");
        partition.marker(1, false, 2);
        partition.rollAndClean();
        assertThat(partition.left()).containsExactly("0:a=1", "1:b=1", "3:marker");
        // The last batch before the active segment reaches up to it.
        partition.append("d=1");
        partition.roll();
        RecordBatch last = partition.batches().get(partition.batches().size() - 2);
        assertThat(last.lastOffset()).isEqualTo(partition.end() - 2);
    }

    @Test
    void goesAsFarAsTheKeysItHasRoomForAndOnTheNextTime() {
        partition.config = new CompactionConfig(false, 1, 4 * KeyOffsets.SLOT_BYTES, 1, 1 << 20, Double.MAX_VALUE, 1);
        partition.append("a=1", "b=1", "c=1", "d=1", "a=2");
        partition.append("e=1", "b=2");
        partition.roll();
        assertThat(partition.clean().cleanedTo()).isEqualTo(3);
        assertThat(partition.left()).hasSize(7);
        assertThat(partition.clean().cleanedTo()).isEqualTo(6);
        assertThat(partition.left()).containsExactly("1:b=1", "2:c=1", "3:d=1", "4:a=2", "5:e=1", "6:b=2");
        assertThat(partition.clean().cleanedTo()).isEqualTo(7);
        assertThat(partition.left()).containsExactly("2:c=1", "3:d=1", "4:a=2", "5:e=1", "6:b=2");
        assertThat(partition.cleaner().look(partition)).isNull();
    }

    @Test
    void putsSmallSegmentsTogether() {
        for (int i = 0; i < 6; i++) {
            partition.append("a=" + i, "b" + i + "=1");
            partition.roll();
        }
        assertThat(partition.store.segments()).hasSize(7);
        partition.clean();
        assertThat(partition.store.segments()).extracting(Segment::baseOffset).hasSize(2);
        assertThat(partition.left()).hasSize(7).contains("15:a=5");
    }

    @Test
    void doesNotTakeDamageForDataAndChangesNothing() {
        partition.append("a=1", "b=1");
        partition.append("a=2");
        ByteBuffer damaged =
                CompactedPartition.with(partition.batch(), 5, "c=1").build();
        damaged.put(damaged.limit() - 2, (byte) 'x');
        partition.append(damaged);
        partition.roll();
        Cleaner cleaner = partition.cleaner();
        Cleaner.Due due = cleaner.look(partition);
        assertThatThrownBy(() -> cleaner.clean(due)).isInstanceOf(InvalidBatchException.class);
        assertThat(BatchHeader.recordCount(read(0), 0)).isEqualTo(2);
    }

    @Test
    void beginsAtTheStartAfterATrimAndWhenWhatWasCleanedIsNotKnown() {
        partition.append("a=1");
        partition.append("a=2");
        partition.rollAndClean();
        partition.append("b=1");
        partition.roll();
        partition.store.trimTo(3);
        assertThat(partition.clean().cleanedTo()).isEqualTo(4);
        partition
                .store
                .snapshots()
                .offsets(CleanerCheckpoint.NAME)
                .forEach(offset ->
                        partition.store.snapshots().write(CleanerCheckpoint.NAME, offset, ByteBuffer.allocate(3)));
        assertThat(CleanerCheckpoint.read(partition.store))
                .isEqualTo(partition.store.extent().start());
    }

    @Test
    void keepsABatchWhoseRecordsMakeNoSenseAndCleansTheRest() {
        partition.append("a=1", "b=1");
        ByteBuffer garbage =
                CompactedPartition.with(partition.batch(), 5, "c=1").build();
        garbage.put(garbage.limit() - 1, (byte) 2); // it counts a header that does not exist
        garbage.putInt(17, (int) BatchHeader.computeCrc(garbage, 0));
        partition.append(garbage);
        partition.append("a=2");
        partition.roll();
        CleaningResult cleaned = partition.clean();
        assertThat(cleaned.unreadable()).isEqualTo(1);
        assertThat(cleaned.dropped()).isEqualTo(1);
        assertThat(cleaned.cleanedTo()).isEqualTo(4);
        assertThat(read(2)).isEqualTo(garbage.rewind());
    }

    @Test
    void aKeyBeforeTheDamageOfABatchDoesNotTakeThePlaceOfOlderRecords() {
        partition.append("a=1", "b=1");
        ByteBuffer garbage =
                CompactedPartition.with(partition.batch(), 5, "a=2", "c=1").build();
        garbage.put(garbage.limit() - 1, (byte) 2); // its last record counts a header that does not exist
        garbage.putInt(17, (int) BatchHeader.computeCrc(garbage, 0));
        partition.append(garbage);
        partition.append("b=2");
        partition.roll();
        assertThat(partition.clean().unreadable()).isEqualTo(1);
        assertThat(read(0))
                .as("a=1 alone")
                .satisfies(
                        batch -> assertThat(BatchHeader.recordCount(batch, 0)).isEqualTo(1));
        assertThat(read(2)).isEqualTo(garbage.rewind());
    }

    @Test
    void cleansABatchThatInflatesWithoutHavingItsRecordsPresent() {
        RecordBatchBuilder batch = partition.batch(Codec.GZIP);
        byte[] zeros = new byte[1 << 20];
        for (int i = 0; i < 20; i++) {
            batch.append(1, CompactedPartition.bytes("k" + i % 10), ByteBuffer.wrap(zeros), List.of());
        }
        partition.append(batch.build());
        partition.rollAndClean();
        RecordBatch left = partition.batches().get(0);
        left.ensureValid();
        assertThat(left.countOrNull()).isEqualTo(10);
        assertThat(left).allMatch(record -> record.valueSize() == zeros.length);
        assertThat(left.iterator().next().offset()).isEqualTo(10);
    }
}
