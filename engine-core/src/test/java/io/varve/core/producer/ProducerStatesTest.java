// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.LogBatches;
import io.varve.core.record.BatchHeader;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProducerStatesTest {
    private static final long PRODUCER = 7;

    private final ProducerStates states = new ProducerStates();
    private long nextOffset = 100;

    @Test
    void acceptsBatchesThatFollowOneAnother() {
        append(0, 0, "a", "b");
        append(0, 2, "c");
        assertThat(check(0, 3, "d")).isEqualTo(SequenceVerdict.Accepted.INSTANCE);
    }

    @Test
    void answersEachOfTheLastFiveBatchesWithItsOriginalOffsets() {
        for (int sequence = 0; sequence < 6; sequence++) {
            append(0, sequence, "v" + sequence);
        }
        for (int sequence = 1; sequence < 6; sequence++) {
            SequencedBatch original = ((SequenceVerdict.Duplicate) check(0, sequence, "again")).original();
            assertThat(original.firstOffset()).isEqualTo(100 + sequence);
        }
        assertThat(check(0, 0, "too old")).isEqualTo(new SequenceVerdict.OutOfOrder(6));
    }

    @Test
    void refusesAGap() {
        append(0, 0, "a");
        assertThat(check(0, 2, "c")).isEqualTo(new SequenceVerdict.OutOfOrder(1));
    }

    @Test
    void startsAnUnknownProducerAnywhere() {
        assertThat(check(3, 42, "a")).isEqualTo(SequenceVerdict.Accepted.INSTANCE);
    }

    @Test
    void fencesAnOlderEpochAndStartsANewOneAtZero() {
        append(1, 0, "a");
        assertThat(check(0, 1, "b")).isEqualTo(new SequenceVerdict.Fenced((short) 1));
        assertThat(check(2, 1, "b")).isEqualTo(new SequenceVerdict.OutOfOrder(0));
        assertThat(check(2, 0, "b")).isEqualTo(SequenceVerdict.Accepted.INSTANCE);
    }

    @Test
    void wrapsSequencesRound() {
        append(0, Integer.MAX_VALUE, "last");
        assertThat(check(0, 0, "first again")).isEqualTo(SequenceVerdict.Accepted.INSTANCE);
        append(0, 0, "first again");
        assertThat(check(0, Integer.MAX_VALUE, "last")).isInstanceOf(SequenceVerdict.Duplicate.class);
    }

    @Test
    void forgetsIdleProducers() {
        append(0, 0, "a"); // at 1,000 ms
        states.expire(1_000);
        assertThat(states.size()).isEqualTo(1);
        states.expire(1_001);
        assertThat(states.size()).isZero();
    }

    @Test
    void forgetsWhoWasIdleLongestWhenThereAreTooMany() {
        ProducerStates few = new ProducerStates(3);
        for (long producer : new long[] {1, 2, 3, 1, 4}) {
            few.apply(LogBatches.idempotent(producer, 0, 0, "a"), 0);
        }
        assertThat(few.infos()).extracting(ProducerInfo::producerId).containsExactlyInAnyOrder(3L, 1L, 4L);
    }

    @Test
    void doesNotForgetWhoHasATransactionOpenHoweverManyThereAre() {
        ProducerStates few = new ProducerStates(3);
        few.apply(LogBatches.transactional(1, 0, 0, "a"), 0);
        for (long producer = 2; producer < 100; producer++) {
            few.apply(LogBatches.idempotent(producer, 0, 0, "a"), 0);
        }
        assertThat(few.size()).isEqualTo(3);
        assertThat(few.hasOpenTransaction(1, (short) 0)).isTrue();
    }

    @Test
    void survivesASnapshot() {
        append(2, 0, "a", "b");
        append(2, 2, "c", "d", "e");
        ByteBuffer bytes = ProducerSnapshotFormat.write(states, List.of());
        ProducerStates read = ProducerSnapshotFormat.read(bytes).orElseThrow().states();
        ByteBuffer again = LogBatches.idempotent(PRODUCER, 2, 2, "c", "d", "e");
        assertThat(check(read, again))
                .isEqualTo(new SequenceVerdict.Duplicate(new SequencedBatch(2, 4, 102, 104, 1_000)));
        assertThat(check(read, LogBatches.idempotent(PRODUCER, 2, 5, "f")))
                .isEqualTo(SequenceVerdict.Accepted.INSTANCE);
    }

    @Test
    void aSnapshotKeepsAllFiveBatchesAClientMaySendAgain() {
        for (int sequence = 0; sequence < 6; sequence++) {
            append(2, sequence, "v" + sequence);
        }
        ProducerStates read = ProducerSnapshotFormat.read(ProducerSnapshotFormat.write(states, List.of()))
                .orElseThrow()
                .states();
        for (int sequence = 1; sequence < 6; sequence++) {
            ByteBuffer again = LogBatches.idempotent(PRODUCER, 2, sequence, "v" + sequence);
            assertThat(check(read, again)).isEqualTo(check(states, again));
            assertThat(check(read, again)).isInstanceOf(SequenceVerdict.Duplicate.class);
        }
        assertThat(check(read, LogBatches.idempotent(PRODUCER, 2, 6, "next")))
                .isEqualTo(SequenceVerdict.Accepted.INSTANCE);
    }

    @Test
    void passesOverADamagedSnapshot() {
        append(0, 0, "a");
        ByteBuffer bytes = ProducerSnapshotFormat.write(states, List.of());
        for (int at = 0; at < bytes.limit(); at++) {
            bytes.put(at, (byte) (bytes.get(at) ^ 1));
            assertThat(ProducerSnapshotFormat.read(bytes))
                    .as("byte %d flipped", at)
                    .isEmpty();
            bytes.put(at, (byte) (bytes.get(at) ^ 1));
        }
        assertThat(ProducerSnapshotFormat.read(bytes.limit(20))).isEmpty();
    }

    private SequenceVerdict check(int epoch, int sequence, String... values) {
        return check(states, LogBatches.idempotent(PRODUCER, epoch, sequence, values));
    }

    private static SequenceVerdict check(ProducerStates states, ByteBuffer batch) {
        return new SequenceCheck(states).checkBatch(batch, 0, true, VerificationGuard.NONE);
    }

    private void append(int epoch, int sequence, String... values) {
        ByteBuffer batch = LogBatches.idempotent(PRODUCER, epoch, sequence, values);
        BatchHeader.setBaseOffset(batch, 0, nextOffset);
        nextOffset += values.length;
        states.apply(batch, 0);
    }
}
