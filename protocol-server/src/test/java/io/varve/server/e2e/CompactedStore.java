// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import io.varve.build.watch.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Keeps a map in a compacted topic, as schema registries do: each of several instances reads the topic from
 * its beginning, and knows by a record that means nothing when it has caught up with the others.
 */
final class CompactedStore implements AutoCloseable {
    private static final String NOOP = "noop";

    private final TopicPartition partition;
    private final Producer<String, String> producer;
    private final Consumer<String, String> consumer;
    private final Map<String, String> known = new TreeMap<>();

    /** Reads everything that is in the topic, which has one partition. */
    CompactedStore(Broker broker, String topic) throws Exception {
        partition = new TopicPartition(topic, 0);
        producer = JavaClientsIT.producer(broker, Map.of("acks", "all"));
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrap()), new StringDeserializer(), new StringDeserializer());
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        catchUp();
    }

    /** Sets a key's value, or deletes it with null, and returns when this instance has read that back. */
    void put(String key, String value) throws Exception {
        long offset = write(key, value);
        Await.until("record " + offset, () -> {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                apply(record);
            }
            return consumer.position(partition) > offset;
        });
    }

    /** Reads what others have written before. */
    void catchUp() throws Exception {
        put(NOOP, null);
    }

    private long write(String key, String value) throws Exception {
        return producer.send(new ProducerRecord<>(partition.topic(), 0, key, value))
                .get()
                .offset();
    }

    private void apply(ConsumerRecord<String, String> record) {
        if (record.value() == null) {
            known.remove(record.key());
        } else {
            known.put(record.key(), record.value());
        }
    }

    /** @return what this instance knows */
    Map<String, String> known() {
        return known;
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
