// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Makes share consumers and what they read, for the tests of share groups. */
final class ShareConsumers {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private ShareConsumers() {}

    static Admin admin(String bootstrap) {
        return Admin.create(Map.of("bootstrap.servers", bootstrap));
    }

    static void createTopic(String bootstrap, String topic, int partitions) throws Exception {
        try (Admin admin = admin(bootstrap)) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .all()
                    .get();
        }
    }

    /** Sets settings of a group, as {@code key=value}, and that it begins with the first record. */
    static void configure(String bootstrap, String group, String... settings) throws Exception {
        List<AlterConfigOp> changes = new ArrayList<>();
        changes.add(set("share.auto.offset.reset=earliest"));
        for (String setting : settings) {
            changes.add(set(setting));
        }
        try (Admin admin = admin(bootstrap)) {
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, group), changes))
                    .all()
                    .get();
        }
    }

    private static AlterConfigOp set(String setting) {
        String[] parts = setting.split("=", 2);
        return new AlterConfigOp(new ConfigEntry(parts[0], parts[1]), AlterConfigOp.OpType.SET);
    }

    /** @param settings as {@code key=value}: {@code share.acknowledgement.mode=explicit} for instance */
    static KafkaShareConsumer<String, String> consumer(
            String bootstrap, String group, String topic, String... settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("group.id", group);
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            properties.put(parts[0], parts[1]);
        }
        KafkaShareConsumer<String, String> consumer =
                new KafkaShareConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    static Producer<String, String> producer(String bootstrap) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap), new StringSerializer(), new StringSerializer());
    }

    /** Writes values to partition 0, each its number, in one batch for each call. */
    static void produce(String bootstrap, String topic, int from, int to) throws Exception {
        try (Producer<String, String> producer = producer(bootstrap)) {
            for (int i = from; i < to; i++) {
                producer.send(new ProducerRecord<>(topic, 0, null, Integer.toString(i)));
            }
            producer.flush();
        }
    }

    /** Polls until some records have come. */
    static List<ConsumerRecord<String, String>> poll(KafkaShareConsumer<String, String> consumer) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            consumer.poll(Duration.ofMillis(500)).forEach(records::add);
            if (!records.isEmpty()) {
                return records;
            }
        }
        throw new AssertionError("no records came");
    }

    /** Polls until a number of records has come, or more. */
    static List<ConsumerRecord<String, String>> poll(KafkaShareConsumer<String, String> consumer, int number) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        while (records.size() < number) {
            records.addAll(poll(consumer));
        }
        return records;
    }

    static List<Long> offsets(List<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::offset).toList();
    }
}
