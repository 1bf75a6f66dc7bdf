// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import java.util.Comparator;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TopicData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.protocol.Errors;

/** Builds the answers of DescribeTransactions. Stateless. */
final class TransactionDescription {
    private TransactionDescription() {}

    static TransactionState failed(String transactionalId, Errors error) {
        return new TransactionState().setTransactionalId(transactionalId).setErrorCode(error.code());
    }

    /** @param now the transaction, or null */
    static TransactionState of(String transactionalId, Transaction now) {
        if (now == null) {
            return failed(transactionalId, Errors.TRANSACTIONAL_ID_NOT_FOUND);
        }
        TransactionState description = new TransactionState()
                .setTransactionalId(transactionalId)
                .setTransactionState(now.state().stateName())
                .setTransactionTimeoutMs(now.timeoutMs())
                .setTransactionStartTimeMs(now.times().start())
                .setProducerId(now.producer().id())
                .setProducerEpoch(now.producer().epoch());
        now.partitions().stream()
                .sorted(Comparator.comparing(partition -> partition.partition()))
                .forEach(partition -> {
                    TopicData topic = description.topics().find(partition.topic());
                    if (topic == null) {
                        topic = new TopicData().setTopic(partition.topic());
                        description.topics().add(topic);
                    }
                    topic.partitions().add(partition.partition());
                });
        return description;
    }
}
