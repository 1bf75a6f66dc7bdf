// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses a compacted topic as schema registries do, through a crash and compaction. */
class RegistryIT {
    private static final String TOPIC = "_schemas";
    private static final int KEYS = 10;
    private static final int WRITES = 120;
    private static final long SEED = 20261129;

    @TempDir
    Path directory;

    private final Map<String, String> expected = new TreeMap<>();

    @Test
    void everyInstanceKnowsTheNewestValuesAndCompactionKeepsNoOthers() throws Exception {
        Broker broker = Broker.start(directory, "log.cleaner.backoff.ms=100");
        try {
            create(broker);
            try (CompactedStore first = new CompactedStore(broker, TOPIC);
                    CompactedStore second = new CompactedStore(broker, TOPIC)) {
                write(first);
                assertThat(first.known()).isEqualTo(expected);
                second.catchUp();
                assertThat(second.known()).isEqualTo(expected);
                broker.crash();
                broker = broker.again();
                // Both go on with the connections that they have.
                second.put("subject-0", "after the crash");
                expected.put("subject-0", "after the crash");
                first.catchUp();
                assertThat(first.known()).isEqualTo(expected);
            }
            awaitCompacted(broker);
            try (CompactedStore later = new CompactedStore(broker, TOPIC)) {
                assertThat(later.known()).isEqualTo(expected);
            }
        } finally {
            broker.close();
        }
    }

    private static void create(Broker broker) throws Exception {
        try (Admin admin = JavaClientsIT.admin(broker)) {
            NewTopic topic = new NewTopic(TOPIC, 1, (short) 1)
                    .configs(Map.of(
                            "cleanup.policy", "compact",
                            "min.cleanable.dirty.ratio", "0.01",
                            "segment.ms", "100",
                            "delete.retention.ms", "0"));
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    private void write(CompactedStore store) throws Exception {
        Random random = new Random(SEED);
        for (int i = 0; i < WRITES; i++) {
            String key = "subject-" + random.nextInt(KEYS);
            String value = i % 8 == 7 ? null : "version " + i;
            store.put(key, value);
            if (value == null) {
                expected.remove(key);
            } else {
                expected.put(key, value);
            }
        }
    }

    /** Writes on, so that segments end, until no values are left but the newest. */
    private static void awaitCompacted(Broker broker) throws Exception {
        try (CompactedStore store = new CompactedStore(broker, TOPIC);
                Consumer<String, String> reader = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", broker.bootstrap()),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            reader.assign(List.of(new TopicPartition(TOPIC, 0)));
            Await.until("compaction", () -> {
                catchUp(store);
                return valuesOf(reader) <= store.known().size();
            });
        }
    }

    private static void catchUp(CompactedStore store) {
        try {
            store.catchUp();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** @return how many records with a value the topic has */
    private static int valuesOf(Consumer<String, String> reader) {
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        long end = reader.endOffsets(List.of(partition)).get(partition);
        reader.seekToBeginning(List.of(partition));
        int values = 0;
        while (reader.position(partition) < end) {
            for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(100))) {
                values += record.value() == null ? 0 : 1;
            }
        }
        return values;
    }
}
