// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes small samples of the content of a long-used Kafka through its clients, and reads them back from any
 * broker.
 */
final class KafkaContent {
    static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    static final String COMPACTED = "compacted";
    static final String TRANSACTIONS = "transactions";
    static final String TRIMMED = "trimmed";
    static final String EMPTIED = "emptied";
    static final String CLASSIC_GROUP = "classic-readers";
    static final String NEW_GROUP = "new-readers";
    static final int TRIMMED_START = 15;
    static final int EMPTIED_END = 30;

    private static final int SEGMENT = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final long SEED = 20260101;

    private final Random random = new Random(SEED);
    private final String bootstrap;

    KafkaContent(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /** Topics and records of every kind; at most a few MiB. */
    void write() throws Exception {
        try (Admin admin = admin()) {
            create(admin);
            for (String codec : CODECS) {
                produce("codec-" + codec, 40, Map.of("compression.type", codec));
            }
            produce("three-partitions", 300, Map.of());
            produce(TRIMMED, 40, Map.of("linger.ms", 1000));
            produce(EMPTIED, EMPTIED_END, Map.of());
            admin.deleteRecords(Map.of(
                            new TopicPartition(TRIMMED, 0), RecordsToDelete.beforeOffset(TRIMMED_START),
                            new TopicPartition(EMPTIED, 0), RecordsToDelete.beforeOffset(EMPTIED_END)))
                    .all()
                    .get();
        }
        writeCompacted();
        writeTransactions();
        readHalf(CLASSIC_GROUP, "classic");
        readHalf(NEW_GROUP, "consumer");
    }

    /** More, under another leader epoch. */
    void writeAfterRestart() throws Exception {
        for (String codec : CODECS) {
            produce("codec-" + codec, 10, Map.of("compression.type", codec));
        }
        produce(COMPACTED, 5, Map.of());
    }

    private static void create(Admin admin) throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        CODECS.forEach(codec -> topics.add(new NewTopic("codec-" + codec, 1, (short) 1)
                .configs(Map.of("retention.ms", "-1", "max.message.bytes", "2000000"))));
        topics.add(new NewTopic("three-partitions", 3, (short) 1));
        topics.add(new NewTopic("empty", 2, (short) 1));
        topics.add(new NewTopic(TRIMMED, 1, (short) 1));
        topics.add(new NewTopic(EMPTIED, 1, (short) 1));
        topics.add(new NewTopic(TRANSACTIONS, 1, (short) 1));
        topics.add(new NewTopic("deleted", 1, (short) 1));
        topics.add(new NewTopic(COMPACTED, 1, (short) 1)
                .configs(Map.of(
                        "cleanup.policy", "compact",
                        "segment.bytes", Integer.toString(SEGMENT),
                        "min.cleanable.dirty.ratio", "0.01")));
        admin.createTopics(topics).all().get();
        admin.deleteTopics(List.of("deleted")).all().get();
    }

    private void produce(String topic, int count, Map<String, Object> settings) throws Exception {
        try (Producer<byte[], byte[]> producer = producer(settings)) {
            send(producer, topic, 0, count, 100);
        }
    }

    private void send(Producer<byte[], byte[]> producer, String topic, int from, int count, int bytes)
            throws ExecutionException, InterruptedException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            byte[] value = new byte[bytes];
            random.nextBytes(value);
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, utf8("key-" + i), value);
            record.headers().add("number", utf8(Integer.toString(i)));
            sent.add(producer.send(record));
        }
        producer.flush();
        for (Future<RecordMetadata> future : sent) {
            future.get();
        }
    }

    /** Four segments of the same few keys, so that the cleaner has something to do. */
    private void writeCompacted() throws Exception {
        try (Producer<byte[], byte[]> producer = producer(Map.of("compression.type", "lz4", "batch.size", 100_000))) {
            for (int round = 0; round < 40; round++) {
                send(producer, COMPACTED, 0, 20, 5_000);
            }
        }
    }

    /** Committed, aborted and plain records in turn; the aborted ones carry keys of their own. */
    private void writeTransactions() throws Exception {
        try (Producer<byte[], byte[]> plain = producer(Map.of());
                Producer<byte[], byte[]> first = producer(Map.of("transactional.id", "first"));
                Producer<byte[], byte[]> second = producer(Map.of("transactional.id", "second"));
                Consumer<byte[], byte[]> member = consumer(Map.of("group.id", "committed-in-a-transaction"))) {
            first.initTransactions();
            second.initTransactions();
            first.beginTransaction();
            second.beginTransaction();
            send(first, TRANSACTIONS, 0, 10, 50);
            send(second, TRANSACTIONS, 1_000_000, 10, 50);
            send(plain, TRANSACTIONS, 100, 5, 50);
            send(first, TRANSACTIONS, 10, 10, 50);
            second.abortTransaction();
            first.commitTransaction();
            second.beginTransaction();
            send(second, TRANSACTIONS, 20, 10, 50);
            second.sendOffsetsToTransaction(
                    Map.of(new TopicPartition(TRANSACTIONS, 0), new OffsetAndMetadata(7)), member.groupMetadata());
            second.commitTransaction();
            first.beginTransaction();
            send(first, TRANSACTIONS, 1_000_100, 10, 50);
            first.abortTransaction();
        }
    }

    private void readHalf(String group, String protocol) {
        Map<String, Object> settings =
                Map.of("group.id", group, "group.protocol", protocol, "max.poll.records", 10, "client.id", group);
        try (Consumer<byte[], byte[]> consumer = consumer(settings)) {
            consumer.subscribe(List.of("codec-lz4"));
            int read = 0;
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (read < 20) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                read += consumer.poll(Duration.ofMillis(200)).count();
            }
            consumer.commitSync();
        }
    }

    /** Waits until the cleaner has been through the compacted topic. */
    static void awaitCompaction(List<Path> logDirs) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isCompacted(logDirs)) {
            assertThat(System.nanoTime()).as("time for Kafka's cleaner").isLessThan(deadline);
            Thread.sleep(100);
        }
    }

    private static boolean isCompacted(List<Path> logDirs) throws IOException {
        for (Path dir : logDirs) {
            Path checkpoint = dir.resolve("cleaner-offset-checkpoint");
            if (Files.exists(checkpoint) && Files.readString(checkpoint).contains(COMPACTED + " 0 ")) {
                return true;
            }
        }
        return false;
    }

    /** Reads every record of the topics that a consumer sees, by topic, partition and offset. */
    Map<String, String> records(Collection<String> topics, String isolation) {
        Map<String, String> records = new TreeMap<>();
        try (Consumer<byte[], byte[]> consumer = consumer(Map.of("isolation.level", isolation))) {
            List<TopicPartition> partitions = topics.stream()
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                assertThat(System.nanoTime()).as("time").isLessThan(deadline);
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(200));
                polled.forEach(record -> records.put(
                        String.format("%s-%d@%06d", record.topic(), record.partition(), record.offset()),
                        describe(record)));
            }
        }
        return records;
    }

    private static String describe(ConsumerRecord<byte[], byte[]> record) {
        StringBuilder text = new StringBuilder();
        text.append(record.timestampType())
                .append(' ')
                .append(record.timestamp())
                .append(' ');
        text.append(new String(record.key(), StandardCharsets.UTF_8)).append('=');
        text.append(HexFormat.of().formatHex(record.value())).append(' ');
        record.headers()
                .forEach(header -> text.append(header.key())
                        .append(':')
                        .append(HexFormat.of().formatHex(header.value())));
        return text.toString();
    }

    /** Where each partition of these topics begins and ends. */
    Map<TopicPartition, String> ends(Collection<String> topics) {
        try (Consumer<byte[], byte[]> consumer = consumer(Map.of())) {
            Map<TopicPartition, String> ends = new HashMap<>();
            for (String topic : topics) {
                List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                        .map(info -> new TopicPartition(topic, info.partition()))
                        .toList();
                Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions);
                consumer.endOffsets(partitions).forEach((at, end) -> ends.put(at, starts.get(at) + "-" + end));
            }
            return ends;
        }
    }

    /** Names, ids, partition counts and own settings of all topics but the coordinators'. */
    Map<String, String> topics() throws Exception {
        try (Admin admin = admin()) {
            Map<String, String> topics = new TreeMap<>();
            Collection<TopicDescription> descriptions = admin.describeTopics(
                            admin.listTopics().names().get())
                    .allTopicNames()
                    .get()
                    .values();
            for (TopicDescription topic : descriptions) {
                ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
                Map<String, String> own = new TreeMap<>();
                admin.describeConfigs(List.of(resource)).all().get().get(resource).entries().stream()
                        .filter(entry -> entry.source()
                                == org.apache.kafka.clients.admin.ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                        .forEach(entry -> own.put(entry.name(), entry.value()));
                topics.put(
                        topic.name(), topic.topicId() + " " + topic.partitions().size() + " " + own);
            }
            return topics;
        }
    }

    /** What groups have committed. */
    Map<String, Map<TopicPartition, OffsetAndMetadata>> commits() throws Exception {
        try (Admin admin = admin()) {
            Map<String, Map<TopicPartition, OffsetAndMetadata>> commits = new TreeMap<>();
            for (var group : admin.listGroups().all().get()) {
                commits.put(
                        group.groupId(),
                        admin.listConsumerGroupOffsets(group.groupId())
                                .partitionsToOffsetAndMetadata()
                                .get());
            }
            return commits;
        }
    }

    /** Reads the offset of the next record a group receives. */
    long nextOffset(String group, String protocol, String topic) {
        try (Consumer<byte[], byte[]> consumer =
                consumer(Map.of("group.id", group, "group.protocol", protocol, "client.id", group))) {
            consumer.subscribe(List.of(topic));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                assertThat(System.nanoTime()).as("time").isLessThan(deadline);
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    return record.offset();
                }
            }
        }
    }

    /** Sends one record and returns its offset. */
    long send(String topic) throws Exception {
        try (Producer<byte[], byte[]> producer = producer(Map.of())) {
            return producer.send(new ProducerRecord<>(topic, 0, utf8("new"), utf8("new")))
                    .get()
                    .offset();
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap));
    }

    private Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrap);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(
                Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest", "enable.auto.commit", false));
        all.putAll(settings);
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Every file below some directories with its size, time and checksum. */
    static Map<Path, String> files(List<Path> directories) throws IOException {
        Map<Path, String> files = new TreeMap<>();
        for (Path directory : directories) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path file : all.toList()) {
                    String content = Files.isDirectory(file)
                            ? "directory"
                            : Files.size(file) + " " + java.util.Arrays.hashCode(Files.readAllBytes(file));
                    files.put(file, content + " " + Files.getLastModifiedTime(file));
                }
            }
        }
        return files;
    }
}
