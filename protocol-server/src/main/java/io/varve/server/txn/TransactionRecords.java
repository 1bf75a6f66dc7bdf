// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue.PartitionsSchema;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Encodes and decodes transactions as Kafka does in {@code __transaction_state}. Adds the producer's last
 * epoch, which Kafka keeps in memory only, in a tagged field that Kafka skips: by it a retry is recognized
 * after a restart. Stateless.
 */
final class TransactionRecords {
    /** The first version with tagged fields; Kafka writes it from transaction.version 1 on. */
    private static final short VERSION = 1;
    /** A tag far from those of Kafka, which counts up from 0. */
    private static final int LAST_EPOCH = 10_000;

    private TransactionRecords() {}

    static CoordinatorRecord record(Transaction transaction) {
        ProducerHistory producer = transaction.producer();
        TransactionLogValue value = new TransactionLogValue()
                .setProducerId(producer.id())
                .setPreviousProducerId(producer.previousId())
                .setNextProducerId(producer.nextId())
                .setProducerEpoch(producer.epoch())
                .setTransactionTimeoutMs(transaction.timeoutMs())
                .setTransactionStatus(transaction.state().id())
                .setTransactionPartitions(
                        transaction.state() == TransactionState.EMPTY ? null : byTopic(transaction.partitions()))
                .setTransactionLastUpdateTimestampMs(transaction.times().lastUpdate())
                .setTransactionStartTimestampMs(transaction.times().start())
                .setClientTransactionVersion(transaction.clientVersion());
        if (producer.lastEpoch() != RecordBatch.NO_PRODUCER_EPOCH) {
            byte[] bytes = ByteBuffer.allocate(Short.BYTES)
                    .putShort(producer.lastEpoch())
                    .array();
            value.unknownTaggedFields().add(new RawTaggedField(LAST_EPOCH, bytes));
        }
        return CoordinatorRecord.record(key(transaction.transactionalId()), new ApiMessageAndVersion(value, VERSION));
    }

    static CoordinatorRecord tombstone(String transactionalId) {
        return CoordinatorRecord.tombstone(key(transactionalId));
    }

    private static TransactionLogKey key(String transactionalId) {
        return new TransactionLogKey().setTransactionalId(transactionalId);
    }

    private static List<PartitionsSchema> byTopic(Set<TopicPartition> partitions) {
        Map<String, List<Integer>> byTopic = new TreeMap<>();
        partitions.forEach(partition -> byTopic.computeIfAbsent(partition.topic(), topic -> new ArrayList<>())
                .add(partition.partition()));
        List<PartitionsSchema> topics = new ArrayList<>(byTopic.size());
        byTopic.forEach((topic, ids) ->
                topics.add(new PartitionsSchema().setTopic(topic).setPartitionIds(ids)));
        return topics;
    }

    static Transaction transaction(String transactionalId, TransactionLogValue value) {
        Set<TopicPartition> partitions = new HashSet<>();
        if (value.transactionPartitions() != null) {
            value.transactionPartitions()
                    .forEach(topic -> topic.partitionIds()
                            .forEach(partition -> partitions.add(new TopicPartition(topic.topic(), partition))));
        }
        return new Transaction(
                transactionalId,
                new ProducerHistory(
                        value.producerId(),
                        value.producerEpoch(),
                        lastEpoch(value),
                        value.previousProducerId(),
                        value.nextProducerId()),
                value.transactionTimeoutMs(),
                TransactionState.fromId(value.transactionStatus()),
                partitions,
                new Transaction.Times(value.transactionStartTimestampMs(), value.transactionLastUpdateTimestampMs()),
                value.clientTransactionVersion());
    }

    private static short lastEpoch(TransactionLogValue value) {
        for (RawTaggedField field : value.unknownTaggedFields()) {
            if (field.tag() == LAST_EPOCH && field.size() == Short.BYTES) {
                return ByteBuffer.wrap(field.data()).getShort();
            }
        }
        return RecordBatch.NO_PRODUCER_EPOCH;
    }
}
