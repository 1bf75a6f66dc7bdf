// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import static org.apache.kafka.coordinator.transaction.TransactionState.ONGOING;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Set;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.transaction.TransactionCoordinatorRecordSerde;
import org.apache.kafka.coordinator.transaction.TransactionLog;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.junit.jupiter.api.Test;

/** Tests that transactions are read back as they were written, by Varve and by Kafka's own code. */
class TransactionRecordsTest {
    private static final TransactionCoordinatorRecordSerde SERDE = new TransactionCoordinatorRecordSerde();

    private static final Transaction OPEN = new Transaction(
            SampleTransactions.ID,
            new ProducerHistory(7, (short) 3, (short) 2, 6, 9),
            1234,
            ONGOING,
            Set.of(SampleTransactions.A, SampleTransactions.B),
            new Transaction.Times(10, 20),
            (short) 2);

    @Test
    void comeBackAsTheyWere() {
        for (TransactionState state : TransactionState.values()) {
            Transaction written = SampleTransactions.in(state, 5);
            assertThat(read(written)).isEqualTo(written);
        }
        assertThat(read(OPEN)).isEqualTo(OPEN);
    }

    private static Transaction read(Transaction written) {
        CoordinatorRecord event = TransactionRecords.record(written);
        CoordinatorRecord back = SERDE.deserialize(
                ByteBuffer.wrap(SERDE.serializeKey(event)), ByteBuffer.wrap(SERDE.serializeValue(event)));
        return TransactionRecords.transaction(((TransactionLogKey) back.key()).transactionalId(), (TransactionLogValue)
                back.value().message());
    }

    @Test
    void areReadByKafkasCoordinator() {
        CoordinatorRecord event = TransactionRecords.record(OPEN);
        TransactionMetadata kafkas = TransactionLog.read(
                                ByteBuffer.wrap(SERDE.serializeKey(event)),
                                ByteBuffer.wrap(SERDE.serializeValue(event)))
                        instanceof TransactionLog.TxnRecord read
                ? read.metadata()
                : null;
        assertThat(kafkas).isNotNull();
        assertThat(kafkas.transactionalId()).isEqualTo(SampleTransactions.ID);
        assertThat(kafkas.producerId()).isEqualTo(7);
        assertThat(kafkas.prevProducerId()).isEqualTo(6);
        assertThat(kafkas.producerEpoch()).isEqualTo((short) 3);
        assertThat(kafkas.state()).isEqualTo(ONGOING);
        assertThat(kafkas.topicPartitions()).containsExactlyInAnyOrder(SampleTransactions.A, SampleTransactions.B);
        assertThat(kafkas.clientTransactionVersion().featureLevel()).isEqualTo((short) 2);
    }
}
