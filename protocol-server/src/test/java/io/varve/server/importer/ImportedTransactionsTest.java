// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.ControlType;
import io.varve.core.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests which batches belong to committed, aborted and undecided transactions. */
class ImportedTransactionsTest {
    private final ImportedTransactions transactions = new ImportedTransactions();

    @Test
    void aProducersRecordsBelongToItsNextMarker() {
        ByteBuffer first = noted(data(1, 0));
        ByteBuffer other = noted(data(2, 1));
        ByteBuffer plain = noted(new RecordBatchBuilder(Codec.NONE).baseOffset(2));
        ByteBuffer more = noted(data(1, 3));
        marker(1, 4, ControlType.ABORT);
        marker(2, 5, ControlType.COMMIT);
        ByteBuffer again = noted(data(1, 6));
        ByteBuffer commit = marker(1, 7, ControlType.COMMIT);
        assertThat(List.of(first, other, plain, more, again, commit))
                .extracting(batch -> transactions.isAborted(batch, 0))
                .containsExactly(true, false, false, true, false, false);
        assertThat(transactions.undecided()).isEmpty();
    }

    @Test
    void aTransactionWithoutMarkerIsUndecidedUntilItCountsAsAborted() {
        noted(data(1, 0));
        marker(1, 1, ControlType.COMMIT);
        ByteBuffer open = noted(data(1, 2));
        assertThat(transactions.undecided()).isEqualTo(Map.of(1L, 2L));
        assertThat(transactions.isAborted(open, 0)).isFalse();
        transactions.abortUndecided();
        assertThat(transactions.undecided()).isEmpty();
        assertThat(transactions.isAborted(open, 0)).isTrue();
    }

    @Test
    void batchesThatCompactionEmptiedBeginNothing() {
        RecordBatchBuilder emptied = new RecordBatchBuilder(Codec.NONE)
                .producer(1, (short) 0, 0)
                .transactional()
                .baseOffset(0);
        transactions.note(emptied.build(3, 1_000), 0);
        assertThat(transactions.undecided()).isEmpty();
    }

    private static RecordBatchBuilder data(long producer, long offset) {
        return new RecordBatchBuilder(Codec.NONE)
                .producer(producer, (short) 0, 0)
                .transactional()
                .baseOffset(offset);
    }

    private ByteBuffer noted(RecordBatchBuilder builder) {
        ByteBuffer batch = builder.append(1_000, null, ByteBuffer.wrap(new byte[] {1}), List.of())
                .build();
        transactions.note(batch, 0);
        return batch;
    }

    private ByteBuffer marker(long producer, long offset, ControlType type) {
        ByteBuffer marker = RecordBatchBuilder.marker(type, 1_000, producer, (short) 0, 0);
        BatchHeader.setBaseOffset(marker, 0, offset);
        transactions.note(marker, 0);
        return marker;
    }
}
