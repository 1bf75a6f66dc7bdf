// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.runtime.Clock;
import io.varve.core.transaction.AbortedTransaction;
import io.varve.core.transaction.TransactionIndex;
import io.varve.core.transaction.TransactionMarker;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs transactions on this backend through crashes. */
class TransactionsTest extends LmdbTestBase {
    private static final long A = 7;
    private static final long B = 8;

    private PartitionLog log;

    private void open() {
        log = PartitionLog.open(store, 1, PartitionConfig.DEFAULT, Clock.system(), (l, records) -> {});
    }

    private void send(long producer, int sequence) {
        VerificationGuard guard = log.producers().startVerification(producer, (short) 0, sequence, true);
        ByteBuffer batch = new RecordBatchBuilder(Codec.NONE)
                .producer(producer, (short) 0, sequence)
                .transactional()
                .append(EPOCH, null, ByteBuffer.allocate(50), List.of())
                .build();
        log.appender().append(batch, AppendOrigin.CLIENT, guard);
    }

    private void assertTransactionsKnown() {
        assertThat(log.producers().hasOpenTransaction(B, (short) 0)).isTrue();
        assertThat(log.lastStableOffset()).isZero();
        assertThat(log.producers().abortedTransactions(0, 100)).containsExactly(new AbortedTransaction(A, 1, 2, 0));
    }

    @Test
    void aCrashKeepsWhatIsOpenAndWhatWasAborted() {
        open();
        send(B, 0);
        send(A, 0);
        log.appender().endTransaction(new TransactionMarker(A, (short) 0, 3, false, false));
        assertThat(log.producers().abortedTransactions(0, 100)).hasSize(1);
        sync();
        die();
        open();
        assertTransactionsKnown();
        log.producers().writeSnapshot();
        assertThat(store.snapshots().offsets(TransactionIndex.NAME)).containsExactly(0L);
        sync();
        die();
        open();
        assertTransactionsKnown();
    }
}
