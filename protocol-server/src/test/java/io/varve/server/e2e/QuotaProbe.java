// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Measures how many bytes a client sends or gets until it is told that it is held back. */
final class QuotaProbe {
    /** A quota, in bytes/s. */
    static final int RATE = 50_000;

    /** Bytes of a record. */
    static final int RECORD = 10_000;

    /** What a quota allows at once is that of ten seconds. */
    static final int AT_ONCE = 10 * RATE;

    /** Bytes after which a client that was not held back has no quota. */
    static final int UNLIMITED = 2 * AT_ONCE;

    /** Three records with their headers: of a fourth one Kafka would send, and count, a part. */
    private static final int FETCHED = 3 * (RECORD + 100);

    private static final String VALUE = "x".repeat(RECORD);

    private QuotaProbe() {}

    /** Sets a quota of an entity, as type and name in turn, null for a default; a null value removes it. */
    static void set(Admin admin, String quota, Double value, String... entity) throws Exception {
        Map<String, String> parts = new HashMap<>();
        for (int i = 0; i < entity.length; i += 2) {
            parts.put(entity[i], entity[i + 1]);
        }
        ClientQuotaAlteration.Op change = new ClientQuotaAlteration.Op(quota, value);
        admin.alterClientQuotas(List.of(new ClientQuotaAlteration(new ClientQuotaEntity(parts), List.of(change))))
                .all()
                .get();
    }

    /** Sends one record after another to partition 0, at most as many as are {@link #UNLIMITED}. */
    static long produced(Map<String, Object> client, String topic) throws Exception {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("linger.ms", 0);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            long bytes = 0;
            while (bytes < UNLIMITED && !(metric(producer.metrics(), "produce-throttle-time-max") > 0)) {
                producer.send(new ProducerRecord<>(topic, 0, null, VALUE)).get();
                bytes += RECORD;
            }
            return bytes;
        }
    }

    /** Reads partition 0, which has as many bytes as are {@link #UNLIMITED}, a few at a time. */
    static long consumed(Map<String, Object> client, String topic) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("auto.offset.reset", "earliest");
        settings.put("max.partition.fetch.bytes", FETCHED);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            long bytes = 0;
            while (bytes < UNLIMITED && !(metric(consumer.metrics(), "fetch-throttle-time-max") > 0)) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                    bytes += record.value().length();
                }
            }
            return bytes;
        }
    }

    /** Fails unless a client was held back when it had used its quota, within a fifth. */
    static void assertLimited(long bytes) {
        assertThat(bytes).isBetween(AT_ONCE * 4L / 5, AT_ONCE * 6L / 5);
    }

    static double metric(Map<MetricName, ? extends Metric> metrics, String name) {
        return metrics.values().stream()
                .filter(metric -> metric.metricName().name().equals(name))
                .mapToDouble(metric -> (Double) metric.metricValue())
                .max()
                .orElseThrow();
    }
}
