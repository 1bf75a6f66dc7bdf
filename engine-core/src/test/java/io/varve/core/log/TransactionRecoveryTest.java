// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.ReadResult;
import io.varve.core.log.recovery.SnapshotFailPoints;
import io.varve.core.memory.ReadableAt;
import io.varve.core.producer.ProducerSnapshotFormat;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Snapshots;
import io.varve.core.transaction.AbortedTransaction;
import io.varve.core.transaction.TransactionIndex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that open, aborted and stable transactions are the same after a restart. */
class TransactionRecoveryTest {
    private static final long A = 7;
    private static final long B = 8;
    private static final SegmentLimits SMALL = new SegmentLimits(400, Long.MAX_VALUE, 4096, 10 << 20);

    private record State(long stable, List<AbortedTransaction> aborted, boolean open) {
        static State of(PartitionLog log) {
            return new State(
                    log.lastStableOffset(),
                    log.producers().abortedTransactions(0, Long.MAX_VALUE),
                    log.producers().hasOpenTransaction(B, (short) 0));
        }
    }

    /** Makes several aborted transactions in several segments, and one that is open since offset 1. */
    private static TransactionRig filled(ReadableAt readable) {
        TransactionRig rig = new TransactionRig(readable, SMALL);
        rig.send(A, 0, 0, "a");
        rig.send(B, 0, 0, "b");
        for (int i = 1; i < 10; i++) {
            rig.end(A, 0, i % 3 == 0);
            rig.send(A, 0, i, "a" + i);
        }
        rig.end(A, 0, false);
        rig.commit();
        return rig;
    }

    @ParameterizedTest
    @EnumSource(ReadableAt.class)
    void aCrashWithoutASnapshotKeepsAll(ReadableAt readable) {
        TransactionRig rig = filled(readable);
        State before = State.of(rig.log);
        rig.crash();
        assertThat(State.of(rig.log)).isEqualTo(before);
        assertThat(before.aborted()).hasSize(7);
        assertThat(before.stable()).isEqualTo(1);
    }

    @Test
    void aBatchLargerThanWhatIsReadAtATimeIsReplayed() {
        TransactionRig rig = new TransactionRig(ReadableAt.AT_APPEND, SegmentLimits.DEFAULT);
        rig.send(A, 0, 0, "a".repeat(300_000));
        rig.send(B, 0, 0, "b".repeat(300_000));
        rig.end(A, 0, false);
        rig.commit();
        State before = State.of(rig.log);
        rig.crash();
        assertThat(State.of(rig.log)).isEqualTo(before);
        assertThat(before.aborted()).hasSize(1);
        assertThat(before.open()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(ReadableAt.class)
    void aSnapshotKeepsAll(ReadableAt readable) {
        TransactionRig rig = filled(readable);
        State before = State.of(rig.log);
        rig.log.producers().writeSnapshot();
        assertThat(blobs(rig).offsets(TransactionIndex.NAME)).hasSizeGreaterThan(1);
        rig.crash();
        assertThat(State.of(rig.log)).isEqualTo(before);
        rig.send(B, 0, 1, "still open, and in sequence");
        rig.end(B, 0, false);
        rig.commit();
        rig.log.producers().writeSnapshot();
        State after = State.of(rig.log);
        rig.restart();
        assertThat(State.of(rig.log)).isEqualTo(after);
        assertThat(after.aborted()).hasSize(8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gone", "short", "flipped", "another's"})
    void anIndexThatIsNotWhatTheSnapshotSaysIsBuiltAnewFromTheLog(String damage) {
        for (int victim = 0; victim < 2; victim++) {
            TransactionRig rig = filled(ReadableAt.AT_APPEND);
            State before = State.of(rig.log);
            rig.log.producers().writeSnapshot();
            damage(blobs(rig), blobs(rig).offsets(TransactionIndex.NAME).get(victim), damage);
            rig.crash();
            assertThat(State.of(rig.log)).as("%s %d", damage, victim).isEqualTo(before);
            // Writes although nothing was appended: the damaged snapshot must be replaced.
            rig.log.producers().writeSnapshot();
            rig.crash();
            assertThat(State.of(rig.log)).isEqualTo(before);
        }
    }

    private static void damage(Snapshots blobs, long base, String how) {
        ByteBuffer bytes =
                blobs.newest(TransactionIndex.NAME, base).orElseThrow().bytes();
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        switch (how) {
            case "gone" -> blobs.delete(TransactionIndex.NAME, base);
            case "short" -> blobs.write(TransactionIndex.NAME, base, copy.limit(copy.limit() - 1));
            case "flipped" -> blobs.write(TransactionIndex.NAME, base, copy.put(12, (byte) (copy.get(12) ^ 1)));
            default -> {
                copy.putLong(2, 99);
                blobs.write(TransactionIndex.NAME, base, copy);
            }
        }
    }

    @Test
    void anOlderSnapshotDoesWhenTheNewestIsOfRecordsACrashTook() {
        TransactionRig rig = filled(ReadableAt.AT_APPEND);
        rig.log.producers().writeSnapshot();
        State before = State.of(rig.log);
        rig.send(A, 0, 10, "lost");
        rig.end(A, 0, false);
        rig.log.producers().writeSnapshot();
        rig.crash();
        assertThat(State.of(rig.log)).isEqualTo(before);
        rig.send(A, 0, 10, "in its place");
        rig.end(A, 0, false);
        rig.commit();
        rig.log.producers().writeSnapshot();
        State after = State.of(rig.log);
        rig.crash();
        assertThat(State.of(rig.log)).isEqualTo(after);
        assertThat(after.aborted()).hasSize(8);
    }

    @Test
    void aMarkerThatIsNotDurableAfterAReopeningDecidesNothingYet() {
        TransactionRig rig = new TransactionRig(ReadableAt.AT_APPEND);
        rig.send(A, 0, 0, "a");
        rig.commit();
        rig.end(A, 0, true);
        rig.log.producers().writeSnapshot();
        rig.log.commitTarget().store().close();
        PartitionLog again = PartitionLog.open(
                rig.storage.open(rig.log.id(), 3, PartitionConfig.DEFAULT.settings(0)),
                3,
                PartitionConfig.DEFAULT,
                rig.time,
                (l, records) -> {});
        assertThat(again.highWatermark()).isEqualTo(1);
        assertThat(again.lastStableOffset()).isZero();
        rig.storage.sync(List.of(again.commitTarget().store()));
        again.commitTarget().committed(2);
        assertThat(again.lastStableOffset()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                SnapshotFailPoints.SNAPSHOT_BEFORE_INDEX,
                SnapshotFailPoints.SNAPSHOT_AFTER_INDEX,
                SnapshotFailPoints.SNAPSHOT_AFTER_PRODUCERS,
                LogFailPoints.MARKER_BEFORE_APPEND,
                LogFailPoints.MARKER_AFTER_APPEND
            })
    void aCrashAtAnyPointKeepsAll(String point) {
        TransactionRig rig = filled(ReadableAt.AT_APPEND);
        rig.log.producers().writeSnapshot();
        rig.send(A, 0, 10, "more");
        rig.end(A, 0, false);
        rig.commit();
        State before = State.of(rig.log);
        rig.failPoints.arm(point, () -> {
            throw new IllegalStateException("died");
        });
        assertThatThrownBy(() -> {
                    rig.log.producers().writeSnapshot();
                    rig.end(B, 0, true);
                })
                .hasMessage("died");
        rig.failPoints.disarm(point);
        rig.crash();
        assertThat(State.of(rig.log)).isEqualTo(before);
    }

    @Test
    void trimmingForgetsWhatEndedInSegmentsThatAreGone() {
        TransactionRig rig = filled(ReadableAt.AT_APPEND);
        rig.end(B, 0, true);
        rig.commit();
        rig.log.producers().writeSnapshot();
        int before = rig.log.producers().abortedTransactions(0, 100).size();
        long base = rig.log.segments().get(2).baseOffset();
        rig.log.maintenance().trimTo(base);
        State left = State.of(rig.log);
        assertThat(left.aborted()).hasSizeBetween(1, before - 1).allMatch(one -> one.lastOffset() >= base);
        assertThat(blobs(rig).offsets(TransactionIndex.NAME)).allMatch(offset -> offset >= base);
        rig.commit();
        rig.crash();
        assertThat(State.of(rig.log)).isEqualTo(left);
        rig.log.maintenance().trimTo(rig.log.highWatermark());
        assertThat(rig.log.producers().abortedTransactions(0, 100)).isEmpty();
        assertThat(blobs(rig).offsets(TransactionIndex.NAME)).isEmpty();
    }

    @Test
    void aCrashThatTakesATrimBackFindsTheTransactionsAgain() {
        TransactionRig rig = filled(ReadableAt.AT_APPEND);
        rig.end(B, 0, true);
        rig.commit();
        rig.log.producers().writeSnapshot();
        List<String> before = rig.committed(1 << 20);
        rig.log.maintenance().trimTo(rig.log.segments().get(2).baseOffset());
        rig.crash();
        List<String> after = rig.committed(1 << 20);
        assertThat(before.subList(before.size() - after.size(), before.size())).isEqualTo(after);
    }

    /** Reads what compaction may leave: batches without records, markers without their records. */
    @Test
    void readsALogWithGaps() {
        TransactionRig rig = new TransactionRig(ReadableAt.AT_APPEND);
        List<ByteBuffer> batches = new ArrayList<>();
        batches.add(emptied(A, 0, 4)); // emptied, with its last sequence; its marker is gone too
        batches.add(emptied(B, 10, 11));
        batches.add(moved(12, LogBatches.transactional(B, 0, 2, "left")));
        rig.log.appender().appendImported(LogBatches.joined(batches.toArray(ByteBuffer[]::new)));
        rig.commit();
        assertThat(rig.log.producers().hasOpenTransaction(A, (short) 0)).isFalse();
        assertThat(rig.log.lastStableOffset()).isEqualTo(12);
        rig.end(B, 0, false);
        rig.commit();
        rig.crash();
        assertThat(rig.log.producers().abortedTransactions(0, 100))
                .containsExactly(new AbortedTransaction(B, 12, 13, 14));
        assertThat(rig.log.lastStableOffset()).isEqualTo(14);
    }

    @Test
    void forgetsWhatCompactionHasTakenOutButNotForThoseWhoReadItBefore() {
        TransactionRig rig = filled(ReadableAt.AT_APPEND);
        rig.end(B, 0, true);
        rig.commit();
        ReadResult before = rig.log.reader().read(0, 1 << 20, Isolation.READ_COMMITTED);
        List<AbortedTransaction> all = rig.log.producers().abortedTransactions(0, 100);
        List<AbortedTransaction> seen = before.abortedTransactions(0);
        rig.log.producers().writeSnapshot();
        rig.log.producers().forgetAborted(all.subList(0, 2));
        assertThat(rig.log.producers().abortedTransactions(0, 100)).isEqualTo(all.subList(2, all.size()));
        assertThat(before.abortedTransactions(0)).isEqualTo(seen).isNotEmpty();
        before.slice().close();
        rig.send(A, 0, 10, "more");
        rig.commit();
        rig.log.producers().writeSnapshot();
        rig.crash();
        assertThat(rig.log.producers().abortedTransactions(0, 100)).isEqualTo(all.subList(2, all.size()));
    }

    /** Compaction has removed a whole transaction with its marker; in the snapshot it is open. */
    @Test
    void passesOverASnapshotWhoseOpenTransactionIsGone() {
        TransactionRig rig =
                new TransactionRig(ReadableAt.AT_APPEND, new SegmentLimits(160, Long.MAX_VALUE, 0, 1 << 16));
        rig.send(A, 0, 0, "a");
        rig.commit();
        rig.log.producers().writeSnapshot();
        rig.end(A, 0, false);
        rig.log.appender().append(LogBatches.at(1_000, "next segment"), AppendOrigin.CLIENT);
        rig.commit();
        assertThat(rig.log.segments().get(0).endOffset()).isEqualTo(2);
        rig.log.maintenance().replace(rig.log.segments().subList(0, 1), () -> null, List::of);
        rig.crash();
        assertThat(rig.log.producers().hasOpenTransaction(A, (short) 0)).isFalse();
        assertThat(rig.log.lastStableOffset()).isEqualTo(3);
    }

    private static ByteBuffer emptied(long producer, long first, long last) {
        return new RecordBatchBuilder(Codec.NONE)
                .baseOffset(first)
                .leaderEpoch(0)
                .producer(producer, (short) 0, 0)
                .transactional()
                .build(last, 1_000);
    }

    private static ByteBuffer moved(long offset, ByteBuffer batch) {
        BatchHeader.setBaseOffset(batch, 0, offset);
        BatchHeader.setLeaderEpoch(batch, 0, 0);
        return batch;
    }

    @Test
    void aPartitionWithoutTransactionsWritesNoIndex() {
        TransactionRig rig = new TransactionRig(ReadableAt.AT_APPEND);
        rig.log.appender().append(LogBatches.idempotent(A, 0, 0, "a"), AppendOrigin.CLIENT);
        rig.commit();
        rig.log.producers().writeSnapshot();
        assertThat(blobs(rig).offsets(TransactionIndex.NAME)).isEmpty();
        assertThat(blobs(rig)
                        .newest(ProducerSnapshotFormat.NAME, 1)
                        .orElseThrow()
                        .bytes()
                        .remaining())
                .isEqualTo(10 + 46);
    }

    private static Snapshots blobs(TransactionRig rig) {
        return rig.log.commitTarget().store().snapshots();
    }
}
