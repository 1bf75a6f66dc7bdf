// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that Apache's own tool accepts Varve's files after all kinds of use, a crash and a recovery. */
@OnlyOnFiles(because = "Apache's tool reads segment files")
class DumpLogIT {
    private static final int VALUE_BYTES = 2_000;
    private static final int RECORDS = 1_500;

    private final Random random = new Random(42);

    @TempDir
    Path directory;

    @Test
    void readsSegmentsIndexesAndSnapshotsOfAllCodecs() throws Exception {
        Server server = Server.start(directory);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server.bootstrap()))) {
            List<NewTopic> topics = KafkaContent.CODECS.stream()
                    .map(codec -> new NewTopic("dumped-" + codec, 1, (short) 1)
                            .configs(Map.of("segment.bytes", "1048576", "index.interval.bytes", "1000")))
                    .toList();
            admin.createTopics(topics).all().get();
            admin.createTopics(List.of(
                            new NewTopic("recompressed", 1, (short) 1).configs(Map.of("compression.type", "zstd"))))
                    .all()
                    .get();
        }
        for (String codec : KafkaContent.CODECS) {
            produce(server, codec, "recompressed", 100);
        }
        produceWithEveryCodec(server);
        commitOffsets(server);
        endTransactions(server);
        server.crash();
        server = server.again();
        produceWithEveryCodec(server);
        assertThat(server.terminate(Server.STOP)).isZero();

        Map<String, Integer> counts = DumpLog.assertReadsEverything(server.data(), false);
        // Random bytes do not shrink: each codec's topic has at least six segments.
        assertThat(counts.get("log")).isGreaterThan(KafkaContent.CODECS.size() * 5);
        assertThat(counts.get("index")).isEqualTo(counts.get("log"));
        assertThat(counts.get("snapshot")).isGreaterThanOrEqualTo(KafkaContent.CODECS.size());
        assertThat(counts.get("txnindex")).isPositive();
    }

    @Test
    void readsWhatCompactionLeaves() throws Exception {
        Server server = Server.start(directory, "log.cleaner.backoff.ms=100");
        TopicPartition compacted = new TopicPartition("compacted", 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(compacted.topic(), 1, (short) 1)
                            .configs(Map.of(
                                    "cleanup.policy", "compact",
                                    "segment.bytes", "1048576",
                                    "min.cleanable.dirty.ratio", "0.01"))))
                    .all()
                    .get();
            try (Producer<String, String> producer = JavaClientsIT.producer(server, Map.of("acks", "all"))) {
                for (int i = 0; i < RECORDS; i++) {
                    producer.send(new ProducerRecord<>(compacted.topic(), "key-" + i % 7, noise()));
                }
            }
            long written = (long) RECORDS * VALUE_BYTES;
            Await.until("compacted", () -> size(admin, compacted) < written - (1 << 20));
        }
        assertThat(server.terminate(Server.STOP)).isZero();
        DumpLog.assertReadsEverything(server.data(), true);
    }

    private static long size(Admin admin, TopicPartition partition) {
        try {
            return admin.describeLogDirs(List.of(1)).allDescriptions().get().values().stream()
                    .flatMap(directories -> directories.values().stream())
                    .mapToLong(
                            directory -> directory.replicaInfos().get(partition).size())
                    .sum();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void endTransactions(Server server) throws Exception {
        try (Producer<String, String> producer =
                JavaClientsIT.producer(server, Map.of("transactional.id", "dumped", "acks", "all"))) {
            producer.initTransactions();
            for (boolean commit : List.of(true, false, true, false)) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("dumped-lz4", "key", "value"))
                        .get();
                if (commit) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
    }

    private void produceWithEveryCodec(Server server) throws Exception {
        for (String codec : KafkaContent.CODECS) {
            produce(server, codec, "dumped-" + codec, RECORDS);
        }
    }

    private void produce(Server server, String codec, String topic, int records) throws Exception {
        try (Producer<String, String> producer = JavaClientsIT.producer(
                server, Map.of("compression.type", codec, "acks", "all", "enable.idempotence", true))) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < records; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, "key-" + i, noise())));
            }
            for (Future<RecordMetadata> future : sent) {
                future.get();
            }
        }
    }

    private String noise() {
        StringBuilder text = new StringBuilder(VALUE_BYTES);
        for (int i = 0; i < VALUE_BYTES; i++) {
            text.append((char) (random.nextInt(95) + 32));
        }
        return text.toString();
    }

    private static void commitOffsets(Server server) {
        try (Consumer<String, String> consumer = JavaClientsIT.consumer(server, Map.of("group.id", "dumped"))) {
            consumer.subscribe(List.of("dumped-lz4"));
            assertThat(JavaClientsIT.consume(consumer, 100)).isNotEmpty();
            consumer.commitSync();
        }
    }
}
