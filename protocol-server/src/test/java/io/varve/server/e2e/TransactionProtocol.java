// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The transaction protocol of a Java producer. The server supports {@code transaction.version} 2, which
 * clients older than Kafka 4.0 do not support.
 */
enum TransactionProtocol {
    /** Partitions are added by AddPartitionsToTxn, and an epoch lasts for many transactions. */
    BEFORE_KIP_890,
    /** Partitions are added by what is produced to them, and each transaction has an epoch of its own. */
    KIP_890;

    /** A producer whose name in the cluster is {@code transactionalId}. */
    Producer<String, String> producer(Broker broker, String transactionalId, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", broker.bootstrap());
        all.put("transactional.id", transactionalId);
        KafkaProducer<String, String> producer =
                new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
        if (this == BEFORE_KIP_890) {
            neverNegotiate(producer);
        }
        return producer;
    }

    /**
     * Keeps the producer on the older protocol. No setting does so, and an older client would need its own
     * class loader.
     */
    private static void neverNegotiate(KafkaProducer<String, String> producer) {
        try {
            Field field = KafkaProducer.class.getDeclaredField("transactionManager");
            field.setAccessible(true);
            Object transactions = field.get(producer);
            // It looks at what the server offers when that is newer than what it looked at last.
            Field lookedAt = transactions.getClass().getDeclaredField("latestFinalizedFeaturesEpoch");
            lookedAt.setAccessible(true);
            lookedAt.setLong(transactions, Long.MAX_VALUE);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("Kafka's producer is made differently now", e);
        }
    }
}
