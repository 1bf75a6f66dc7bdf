// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendException.Kind;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.read.Isolation;
import io.varve.core.memory.ReadableAt;
import io.varve.core.producer.ProducerInfo;
import io.varve.core.record.BatchHeader;
import io.varve.core.transaction.AbortedTransaction;
import io.varve.core.transaction.TransactionMarker;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests transactions in one partition, on storages readable at the append and at the sync. */
class TransactionalLogTest {
    private static final long A = 7;
    private static final long B = 8;

    private final TransactionRig rig = new TransactionRig(ReadableAt.AT_APPEND);
    private final PartitionLog log = rig.log;

    @ParameterizedTest
    @EnumSource(ReadableAt.class)
    void showsNothingOfATransactionBeforeItsMarkerIsBelowTheHighWatermark(ReadableAt readable) {
        TransactionRig any = new TransactionRig(readable);
        any.log.appender().append(LogBatches.at(5, "plain"), AppendOrigin.CLIENT);
        any.send(A, 0, 0, "a", "b");
        any.commit();
        assertThat(any.log.highWatermark()).isEqualTo(3);
        assertThat(any.log.lastStableOffset()).isEqualTo(1);
        assertThat(any.committed(1 << 20)).containsExactly("plain");
        any.end(A, 0, true);
        assertThat(any.log.lastStableOffset()).isEqualTo(1);
        any.commit();
        assertThat(any.log.lastStableOffset()).isEqualTo(4);
        assertThat(any.committed(1 << 20)).containsExactly("plain", "a", "b");
        assertThat(any.log.producers().abortedTransactions(0, 100)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ReadableAt.class)
    void tellsReadersWhatWasAborted(ReadableAt readable) {
        TransactionRig any = new TransactionRig(readable);
        any.send(A, 0, 0, "a0");
        any.send(B, 0, 0, "b0");
        any.send(A, 0, 1, "a1");
        any.end(A, 0, false);
        any.commit();
        assertThat(any.log.lastStableOffset()).isEqualTo(1);
        any.end(B, 0, true);
        any.commit();
        assertThat(any.log.producers().abortedTransactions(0, 100)).containsExactly(new AbortedTransaction(A, 0, 3, 1));
        for (int maxBytes : new int[] {1, 100, 1 << 20}) {
            assertThat(any.committed(maxBytes)).containsExactly("b0");
        }
    }

    @Test
    void findsAbortedTransactionsThatOverlapARangeOnly() {
        for (int i = 0; i < 20; i++) { // transaction i: data at 2i, marker at 2i + 1
            rig.send(A, 0, i, "v");
            rig.end(A, 0, false);
        }
        rig.commit();
        assertThat(log.producers().abortedTransactions(11, 15))
                .extracting(AbortedTransaction::firstOffset)
                .containsExactly(10L, 12L, 14L);
        assertThat(log.producers().abortedTransactions(12, 13))
                .extracting(AbortedTransaction::firstOffset)
                .containsExactly(12L);
        assertThat(log.producers().abortedTransactions(40, 100)).isEmpty();
    }

    @Test
    void aWatcherFindsTheLastStableOffsetThatBelongsToTheHighWatermark() {
        List<String> seen = new ArrayList<>();
        log.onHighWatermark(offset -> seen.add(offset + "/" + log.lastStableOffset()));
        rig.send(A, 0, 0, "a");
        rig.commit();
        rig.end(A, 0, true);
        rig.commit();
        rig.send(B, 0, 0, "b");
        rig.commit();
        assertThat(seen).containsExactly("1/0", "2/2", "3/2");
    }

    @Test
    void offsetsByTimeEndAtTheLastStableOffset() {
        log.appender().append(LogBatches.at(900, "plain"), AppendOrigin.CLIENT);
        rig.send(A, 0, 0, "a"); // at 1,000 ms
        rig.commit();
        assertThat(log.reader().offsetForTimestamp(950, Isolation.READ_COMMITTED))
                .isEmpty();
        assertThat(log.reader().offsetForTimestamp(950, Isolation.READ_UNCOMMITTED))
                .isPresent();
        assertThat(log.reader()
                        .maxTimestamp(Isolation.READ_COMMITTED)
                        .orElseThrow()
                        .timestamp())
                .isEqualTo(900);
        rig.end(A, 0, true);
        rig.commit();
        assertThat(log.reader()
                        .offsetForTimestamp(950, Isolation.READ_COMMITTED)
                        .orElseThrow()
                        .offset())
                .isEqualTo(1);
    }

    @Test
    void aTransactionTrimmedWhileOpenHoldsReadersAtTheStart() {
        rig.send(A, 0, 0, "a", "b", "c");
        log.appender().append(LogBatches.at(5, "plain"), AppendOrigin.CLIENT);
        rig.commit();
        log.maintenance().trimTo(2);
        assertThat(log.lastStableOffset()).isEqualTo(2);
        rig.end(A, 0, true);
        rig.commit();
        assertThat(log.lastStableOffset()).isEqualTo(5);
    }

    @Test
    void writesTheMarkerKafkaWouldWrite() {
        rig.send(A, 0, 0, "a");
        assertThat(log.appender().endTransaction(new TransactionMarker(A, (short) 0, 12, false, false)))
                .isEqualTo(new AppendResult(1, 2, -1, 0, false));
        rig.commit();
        try (var slice =
                log.reader().read(1, 1 << 20, Isolation.READ_UNCOMMITTED).slice()) {
            ByteBuffer kafkas = MemoryRecords.withEndTransactionMarker(
                            1,
                            TransactionRig.NOW,
                            3,
                            A,
                            (short) 0,
                            new EndTransactionMarker(ControlRecordType.ABORT, 12))
                    .buffer();
            assertThat(slice.buffer()).isEqualTo(kafkas);
            RecordBatch batch = MemoryRecords.readableRecords(slice.buffer()).firstBatch();
            batch.ensureValid();
            assertThat(EndTransactionMarker.deserialize(batch.iterator().next()))
                    .isEqualTo(new EndTransactionMarker(ControlRecordType.ABORT, 12));
        }
    }

    @Test
    void refusesATransactionalBatchThatNobodyVerified() {
        assertRefused(
                Kind.INVALID_TXN_STATE,
                () -> log.appender().append(LogBatches.transactional(A, 0, 0, "a"), AppendOrigin.CLIENT));
        assertRefused(
                Kind.INVALID_TXN_STATE,
                () -> log.appender().append(LogBatches.transactional(A, 0, 0, "a"), AppendOrigin.BROKER));
        VerificationGuard others = log.producers().startVerification(B, (short) 0, true);
        assertRefused(Kind.INVALID_TXN_STATE, () -> append(LogBatches.transactional(A, 0, 0, "a"), others));
    }

    @Test
    void asksForNoVerificationWhileTheTransactionIsOpen() {
        rig.send(A, 0, 0, "a");
        assertThat(log.producers().hasOpenTransaction(A, (short) 0)).isTrue();
        assertThat(log.producers().startVerification(A, (short) 0, true)).isSameAs(VerificationGuard.NONE);
        log.appender().append(LogBatches.transactional(A, 0, 1, "b"), AppendOrigin.CLIENT);
        assertThat(log.producers().hasOpenTransaction(A, (short) 1)).isFalse();
        assertThat(log.producers().startVerification(A, (short) 1, true)).isNotSameAs(VerificationGuard.NONE);
    }

    @Test
    void aMarkerBetweenVerificationAndAppendMakesTheGuardWorthless() {
        VerificationGuard guard = log.producers().startVerification(A, (short) 0, 0, false);
        rig.end(A, 0, false);
        assertRefused(Kind.INVALID_TXN_STATE, () -> append(LogBatches.transactional(A, 0, 0, "late"), guard));
        VerificationGuard next = log.producers().startVerification(A, (short) 0, 0, false);
        assertThat(next).isNotSameAs(guard);
        append(LogBatches.transactional(A, 0, 0, "in time"), next);
    }

    @Test
    void aGuardIsGoodForOneTransaction() {
        VerificationGuard guard = log.producers().startVerification(A, (short) 0, 0, false);
        assertThat(log.producers().startVerification(A, (short) 0, 1, false)).isSameAs(guard);
        append(LogBatches.transactional(A, 0, 0, "a"), guard);
        rig.end(A, 0, true);
        assertRefused(Kind.INVALID_TXN_STATE, () -> append(LogBatches.transactional(A, 0, 1, "b"), guard));
    }

    @Test
    void forgetsVerificationsNobodyEnded() {
        VerificationGuard guard = log.producers().startVerification(A, (short) 0, 0, false);
        log.producers().expire(TransactionRig.NOW);
        assertThat(log.producers().startVerification(A, (short) 0, 0, false)).isSameAs(guard);
        log.producers().expire(TransactionRig.NOW + 1);
        assertRefused(Kind.INVALID_TXN_STATE, () -> append(LogBatches.transactional(A, 0, 0, "a"), guard));
    }

    @Test
    void aBatchAboveTheLowestSequenceVerifiedIsNotTheFirst() {
        // Its verification fails, and the batch will be sent again.
        log.producers().startVerification(A, (short) 0, 0, false);
        VerificationGuard guard = log.producers().startVerification(A, (short) 0, 5, false);
        assertRefused(
                Kind.OUT_OF_ORDER_SEQUENCE_NUMBER, () -> append(LogBatches.transactional(A, 0, 5, "second"), guard));
        append(LogBatches.transactional(A, 0, 0, "1", "2", "3", "4", "5"), guard);
        log.appender().append(LogBatches.transactional(A, 0, 5, "second"), AppendOrigin.CLIENT);
    }

    @Test
    void aProducerWhoseEpochIsBumpedStartsAtZeroWhereItIsNotKnown() {
        VerificationGuard bumped = log.producers().startVerification(A, (short) 3, 4, true);
        assertRefused(Kind.OUT_OF_ORDER_SEQUENCE_NUMBER, () -> append(LogBatches.transactional(A, 3, 4, "x"), bumped));
        VerificationGuard old = log.producers().startVerification(B, (short) 3, 4, false);
        append(LogBatches.transactional(B, 3, 4, "x"), old);
    }

    @Test
    void fencesAnOlderEpochOfAProducer() {
        rig.send(A, 5, 0, "a");
        assertRefused(Kind.INVALID_PRODUCER_EPOCH, () -> log.producers().startVerification(A, (short) 4, true));
        assertRefused(
                Kind.INVALID_PRODUCER_EPOCH,
                () -> log.appender().append(LogBatches.transactional(A, 4, 1, "b"), AppendOrigin.CLIENT));
        assertRefused(
                Kind.INVALID_PRODUCER_EPOCH,
                () -> log.appender().append(LogBatches.transactional(A, 4, 1, "b"), AppendOrigin.BROKER));
        assertRefused(Kind.INVALID_PRODUCER_EPOCH, () -> rig.end(A, 4, true));
    }

    @Test
    void refusesPlainBatchesOfAProducerWhoseTransactionIsOpen() {
        rig.send(A, 0, 0, "a");
        assertRefused(
                Kind.INVALID_TXN_STATE,
                () -> log.appender().append(LogBatches.idempotent(A, 0, 1, "b"), AppendOrigin.CLIENT));
    }

    @Test
    void goesOnWithTheSequenceAfterAMarkerOfTheSameEpochAndBeginsAnewAfterABumpedOne() {
        rig.send(A, 0, 0, "a", "b");
        rig.end(A, 0, true);
        assertRefused(
                Kind.OUT_OF_ORDER_SEQUENCE_NUMBER,
                () -> log.appender().append(LogBatches.idempotent(A, 0, 0, "c"), AppendOrigin.CLIENT));
        rig.send(A, 0, 2, "c");
        rig.end(A, 1, true);
        assertRefused(
                Kind.OUT_OF_ORDER_SEQUENCE_NUMBER,
                () -> log.appender().append(LogBatches.idempotent(A, 1, 3, "d"), AppendOrigin.CLIENT));
        rig.send(A, 1, 0, "d");
        assertThat(log.appender()
                        .append(LogBatches.transactional(A, 1, 0, "d"), AppendOrigin.CLIENT)
                        .duplicate())
                .isTrue();
    }

    @Test
    void anEpochBumpedMarkerThatDoesNotExceedTheProducersIsLate() {
        rig.send(A, 4, 0, "a");
        assertRefused(Kind.INVALID_PRODUCER_EPOCH, () -> bumped(4));
        bumped(5);
        // The coordinator did not get the first answer; the transaction has ended.
        AppendResult again = bumped(5);
        assertThat(again.baseOffset()).isEqualTo(2);
        rig.send(A, 5, 0, "next");
        assertRefused(Kind.INVALID_PRODUCER_EPOCH, () -> bumped(5));
        assertRefused(Kind.INVALID_PRODUCER_EPOCH, () -> bumped(4));
        assertThat(log.producers().hasOpenTransaction(A, (short) 5)).isTrue();
    }

    private AppendResult bumped(int epoch) {
        return log.appender().endTransaction(new TransactionMarker(A, (short) epoch, 0, true, true));
    }

    @Test
    void fencesAnOlderCoordinator() {
        rig.send(A, 0, 0, "a");
        log.appender().endTransaction(new TransactionMarker(A, (short) 0, 9, true, false));
        assertRefused(
                Kind.TRANSACTION_COORDINATOR_FENCED,
                () -> log.appender().endTransaction(new TransactionMarker(A, (short) 0, 8, true, false)));
        log.appender().endTransaction(new TransactionMarker(A, (short) 0, 9, true, false));
    }

    @Test
    void acceptsAMarkerForAProducerItDoesNotKnow() {
        rig.end(A, 6, false);
        rig.commit();
        assertThat(log.lastStableOffset()).isEqualTo(1);
        assertThat(log.producers().abortedTransactions(0, 10)).isEmpty();
        assertThat(log.producers().active())
                .containsExactly(new ProducerInfo(A, (short) 6, -1, TransactionRig.NOW, 0, -1, -1));
        assertRefused(Kind.OUT_OF_ORDER_SEQUENCE_NUMBER, () -> rig.send(A, 6, 3, "x"));
    }

    @Test
    void showsItsProducers() {
        rig.send(A, 2, 0, "a", "b", "c");
        assertThat(log.producers().active()).containsExactly(new ProducerInfo(A, (short) 2, 2, 1_000, -1, 0, 2));
    }

    @Test
    void aProducerWithAnOpenTransactionNeverExpires() {
        rig.send(A, 0, 0, "a");
        log.appender().append(LogBatches.idempotent(B, 0, 0, "b"), AppendOrigin.CLIENT);
        log.producers().expire(Long.MAX_VALUE);
        assertThat(log.producers().active())
                .extracting(ProducerInfo::producerId)
                .containsExactly(A);
        rig.end(A, 0, true);
        log.producers().expire(Long.MAX_VALUE);
        assertThat(log.producers().active()).isEmpty();
    }

    @Test
    void offsetsOfACoordinatorFollowTheSameRules() {
        VerificationGuard guard = log.producers().startVerification(A, (short) 0, true);
        log.appender().append(LogBatches.transactional(A, 0, 0, "offset"), AppendOrigin.BROKER, guard);
        log.appender()
                .append(LogBatches.transactional(A, 0, 0, "another, and sequences do not matter"), AppendOrigin.BROKER);
        ByteBuffer marker = MemoryRecords.withEndTransactionMarker(
                        A, (short) 0, new EndTransactionMarker(ControlRecordType.ABORT, 3))
                .buffer();
        log.appender().append(marker, AppendOrigin.BROKER);
        rig.commit();
        assertThat(log.producers().abortedTransactions(0, 10)).containsExactly(new AbortedTransaction(A, 0, 2, 3));
        ByteBuffer zombies = MemoryRecords.withEndTransactionMarker(
                        A, (short) 0, new EndTransactionMarker(ControlRecordType.ABORT, 2))
                .buffer();
        assertRefused(Kind.TRANSACTION_COORDINATOR_FENCED, () -> log.appender().append(zombies, AppendOrigin.BROKER));
    }

    @Test
    void importedBatchesBringTheirTransactions() {
        ByteBuffer data = at(10, LogBatches.transactional(A, 0, 0, "a"));
        ByteBuffer marker = at(
                11,
                MemoryRecords.withEndTransactionMarker(
                                A, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0))
                        .buffer());
        log.appender().beginAt(10);
        log.appender().appendImported(LogBatches.joined(data, marker));
        rig.commit();
        assertThat(log.lastStableOffset()).isEqualTo(12);
        assertThat(rig.committed(1 << 20)).containsExactly("a");
    }

    private static ByteBuffer at(long offset, ByteBuffer batch) {
        BatchHeader.setBaseOffset(batch, 0, offset);
        return batch;
    }

    private void append(ByteBuffer batch, VerificationGuard guard) {
        log.appender().append(batch, AppendOrigin.CLIENT, guard);
    }

    private void assertRefused(Kind kind, ThrowingCallable append) {
        long end = log.logEndOffset();
        assertThatThrownBy(append)
                .isInstanceOfSatisfying(
                        AppendException.class, e -> assertThat(e.kind()).isEqualTo(kind));
        assertThat(log.logEndOffset()).isEqualTo(end);
    }
}
