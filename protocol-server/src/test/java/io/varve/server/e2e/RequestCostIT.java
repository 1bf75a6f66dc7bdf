// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bounds what a server spends on a thousand requests of real clients: forces, write calls, bytes allocated.
 * These are counts, never times: they hold on a busy machine. {@link RequestCost} is the table of bounds.
 */
class RequestCostIT {
    private static final int REQUESTS = 1_000;
    /** Fills a batch of its own, and so a request to one partition. */
    private static final int VALUE_BYTES = 16_000;

    private static final int PARTITIONS = 8;
    private static final Duration PATIENCE = Await.PATIENCE;

    @TempDir
    static Path directory;

    private static Server server;
    private static ServerMeter meter;

    @BeforeAll
    static void start() throws Exception {
        // A small ring, which is there once the first requests have been served.
        server = Server.start(Files.createDirectory(directory.resolve("server")), "file.ring.bytes=4194304");
        meter = ServerMeter.attach(server, directory);
        try (Admin admin = JavaClientsIT.admin(server)) {
            admin.createTopics(List.of(
                            new NewTopic("first", 1, (short) 1),
                            new NewTopic("one", 1, (short) 1),
                            new NewTopic("many", PARTITIONS, (short) 1),
                            new NewTopic("paced", 1, (short) 1),
                            new NewTopic("awaited", 1, (short) 1),
                            new NewTopic("read", 1, (short) 1)))
                    .all()
                    .get();
        }
        try (Producer<byte[], byte[]> producer = producer(Map.of())) {
            send(producer, "first", 1);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        try (Server closed = server) {
            meter.close();
            closed.stop();
        }
    }

    @Test
    void producesToOnePartitionWithFiveRequestsInFlight() throws Exception {
        try (Producer<byte[], byte[]> producer = producer(Map.of())) {
            send(producer, "one", 1);
            meter.begin();
            send(producer, "one", 1);
            check(RequestCost.PRODUCE_ONE, REQUESTS);
        }
    }

    @Test
    void producesCompressedBatchesToManyPartitions() throws Exception {
        try (Producer<byte[], byte[]> producer = producer(Map.of("compression.type", "lz4", "linger.ms", 5))) {
            send(producer, "many", PARTITIONS);
            meter.begin();
            send(producer, "many", PARTITIONS);
            check(RequestCost.PRODUCE_MANY, REQUESTS);
        }
    }

    @Test
    void producesOneRequestAfterTheOther() throws Exception {
        try (Producer<byte[], byte[]> producer = producer(Map.of())) {
            sendSingly(producer, "paced", REQUESTS / 2);
            meter.begin();
            sendSingly(producer, "paced", REQUESTS);
            check(RequestCost.PRODUCE_SINGLY, REQUESTS);
        }
    }

    @Test
    void fetchesBatchByBatch() throws Exception {
        try (Producer<byte[], byte[]> producer = producer(Map.of())) {
            send(producer, "read", 1);
        }
        // A fetch returns the first batch whole, however small the limit.
        try (Consumer<byte[], byte[]> consumer = consumer("read", Map.of("max.partition.fetch.bytes", 1))) {
            receive(consumer, REQUESTS);
            consumer.seekToBeginning(consumer.assignment());
            double before = fetches(consumer);
            meter.begin();
            receive(consumer, REQUESTS);
            double fetches = fetches(consumer) - before;
            assertThat(fetches).isGreaterThanOrEqualTo(REQUESTS);
            check(RequestCost.FETCH, fetches);
        }
    }

    /** Each record wakes a fetch that waits for it. */
    @Test
    void fetchesWhatIsProducedMeanwhile() throws Exception {
        try (Producer<byte[], byte[]> producer = producer(Map.of());
                Consumer<byte[], byte[]> consumer = consumer("awaited", Map.of())) {
            exchange(producer, consumer, REQUESTS / 2);
            meter.begin();
            exchange(producer, consumer, REQUESTS);
            check(RequestCost.FETCH_AWAITED, REQUESTS);
        }
    }

    /** Ends counting, and shows what was counted also when it is allowed. */
    private static void check(RequestCost cost, double requests) throws IOException {
        ServerMeter.Counts counts = meter.end(requests);
        System.out.printf("%s on %s, per 1,000 requests: %s%n", cost, Backend.NAME, counts);
        cost.check(counts);
    }

    private static Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "bootstrap.servers", server.bootstrap(),
                "acks", "all",
                "batch.size", 16_384,
                "linger.ms", 0,
                "max.in.flight.requests.per.connection", 5));
        all.putAll(settings);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static Consumer<byte[], byte[]> consumer(String topic, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", server.bootstrap());
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(List.of(new TopicPartition(topic, 0)));
        consumer.seekToBeginning(consumer.assignment());
        return consumer;
    }

    private static void send(Producer<byte[], byte[]> producer, String topic, int partitions) throws Exception {
        byte[] value = halfRandom();
        Future<RecordMetadata> last = null;
        for (int i = 0; i < REQUESTS; i++) {
            last = producer.send(new ProducerRecord<>(topic, i % partitions, null, value));
        }
        producer.flush();
        assertThat(last.get().hasOffset()).isTrue();
    }

    private static void sendSingly(Producer<byte[], byte[]> producer, String topic, int count) throws Exception {
        byte[] value = new byte[100];
        for (int i = 0; i < count; i++) {
            producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
        }
    }

    private static void exchange(Producer<byte[], byte[]> producer, Consumer<byte[], byte[]> consumer, int count)
            throws Exception {
        for (int i = 0; i < count; i++) {
            sendSingly(producer, "awaited", 1);
            receive(consumer, 1);
        }
    }

    private static void receive(Consumer<byte[], byte[]> consumer, int count) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int received = 0;
        while (received < count) {
            received += consumer.poll(Duration.ofSeconds(1)).count();
            assertThat(System.nanoTime())
                    .as("received %s of %s", received, count)
                    .isLessThan(deadline);
        }
        assertThat(received).isEqualTo(count);
    }

    private static double fetches(Consumer<byte[], byte[]> consumer) {
        return consumer.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("fetch-total")
                        && metric.getKey().group().equals("consumer-fetch-manager-metrics"))
                .mapToDouble(metric -> (double) metric.getValue().metricValue())
                .sum();
    }

    /** A value that a codec makes smaller by half. */
    private static byte[] halfRandom() {
        byte[] value = new byte[VALUE_BYTES];
        new SplittableRandom(7).nextBytes(value);
        Arrays.fill(value, VALUE_BYTES / 2, VALUE_BYTES, (byte) 'v');
        return value;
    }
}
