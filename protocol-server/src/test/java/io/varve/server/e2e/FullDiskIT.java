// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a server on a file system that is really full. */
class FullDiskIT {
    private static final String TOPIC = "full";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final Duration SHORT = Duration.ofSeconds(3);
    private static final int PATIENCE = 120;

    @TempDir
    Path directory;

    @Test
    void refusesWritesReadsOnAndWritesAgainWithoutARestart() throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        List<String> values = new ArrayList<>();
        try (SmallFileSystem disk = SmallFileSystem.on(data, 24);
                Server server = Server.start(directory, "offsets.topic.num.partitions=4")) {
            try (Producer<String, String> patient = producer(server, Map.of());
                    Consumer<String, String> group = JavaClientsIT.consumer(server, Map.of("group.id", "g"));
                    Admin admin = JavaClientsIT.admin(server)) {
                for (int i = 0; i < 100; i++) {
                    values.add(send(patient, i).value());
                }
                patient.flush();
                group.subscribe(List.of(TOPIC));
                assertThat(JavaClientsIT.consume(group, 100)).isEqualTo(values);
                group.commitSync();

                disk.fill();
                refusesProducers(server, values);
                Sent waiting = send(patient, values.size());
                readsOn(server, values);
                Future<Void> made = admin.createTopics(List.of(new NewTopic("made-when-full", 3, (short) 1)))
                        .all();
                commitsUntilRefused(group);
                assertThat(waiting.future().isDone()).isFalse();
                assertThat(server.running().process().isAlive()).isTrue();

                disk.free();
                waiting.future().get(PATIENCE, TimeUnit.SECONDS);
                values.add(waiting.value());
                for (int i = 0; i < 100; i++) {
                    values.add(send(patient, values.size()).value());
                }
                patient.flush();
                readsOn(server, values);
                group.commitSync(Map.of(PARTITION, new OffsetAndMetadata(values.size())), Duration.ofSeconds(PATIENCE));
                created(admin, made);
                send(patient, "made-when-full", "x").future().get(PATIENCE, TimeUnit.SECONDS);
                admin.createTopics(List.of(new NewTopic("made-after", 3, (short) 1)))
                        .all()
                        .get(PATIENCE, TimeUnit.SECONDS);
                saysSoWithTheWritesThatFollow(server, patient);
            }
            String log = server.running().out() + server.running().err();
            assertThat(log).contains("takes no more bytes").contains("takes bytes again");
            assertThat(log.lines().count()).as(log).isLessThan(60);
            assertThat(server.terminate(Server.STOP)).isZero();
            try (Server again = server.again("offsets.topic.num.partitions=4")) {
                readsOn(again, values);
            }
        }
    }

    /** A deletion makes space: it works, and other writes work again after it. */
    @Test
    void aTopicCanBeDeletedAndRetentionLoweredOnAFullDisk() throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        List<String> values = new ArrayList<>();
        try (SmallFileSystem disk = SmallFileSystem.on(data, 24);
                Server server = Server.start(directory, "offsets.topic.num.partitions=4")) {
            try (Producer<String, String> patient = producer(server, Map.of());
                    Admin admin = JavaClientsIT.admin(server)) {
                Sent first = send(patient, 0);
                first.future().get(PATIENCE, TimeUnit.SECONDS);
                values.add(first.value());
                // One of its own: a producer that goes on asks for topics it once wrote to, and so has them
                // created again.
                try (Producer<String, String> large = producer(server, Map.of())) {
                    for (int i = 0; i < 2_000; i++) {
                        send(large, "large", i + "-".repeat(1_500));
                    }
                }
                disk.fill();
                refusesProducers(server, values);
                ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "large");
                admin.incrementalAlterConfigs(Map.of(
                                topic,
                                List.of(new AlterConfigOp(
                                        new ConfigEntry("retention.ms", "60000"), AlterConfigOp.OpType.SET))))
                        .all()
                        .get(PATIENCE, TimeUnit.SECONDS);
                Sent waiting = send(patient, values.size());
                admin.deleteTopics(List.of("large")).all().get(PATIENCE, TimeUnit.SECONDS);
                waiting.future().get(PATIENCE, TimeUnit.SECONDS);
                values.add(waiting.value());
                readsOn(server, values);
            }
            server.crash();
            try (Server again = server.again("offsets.topic.num.partitions=4");
                    Admin admin = JavaClientsIT.admin(again)) {
                assertThat(admin.listTopics().names().get())
                        .doesNotContain("large")
                        .contains(TOPIC);
                readsOn(again, values);
            }
        }
    }

    @Test
    void startsAfterACrashOnAFullDiskAndWritesWhenThereIsRoomAgain() throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        List<String> values = new ArrayList<>();
        try (SmallFileSystem disk = SmallFileSystem.on(data, 24);
                Server server = Server.start(directory, "offsets.topic.num.partitions=4")) {
            try (Producer<String, String> patient = producer(server, Map.of())) {
                for (int i = 0; i < 100; i++) {
                    values.add(send(patient, i).value());
                }
                patient.flush();
            }
            disk.fill();
            refusesProducers(server, values);
            server.crash();
            try (Server again = server.again("offsets.topic.num.partitions=4")) {
                readsOn(again, values);
                disk.fill();
                refusesProducers(again, values);
                disk.free();
                try (Producer<String, String> patient = producer(again, Map.of())) {
                    Sent sent = send(patient, values.size());
                    sent.future().get(PATIENCE, TimeUnit.SECONDS);
                    values.add(sent.value());
                }
                readsOn(again, values);
            }
        }
    }

    private record Sent(String value, Future<RecordMetadata> future) {}

    private static Sent send(Producer<String, String> producer, int number) {
        return send(producer, TOPIC, number + "-".repeat(1_500));
    }

    private static Sent send(Producer<String, String> producer, String topic, String value) {
        return new Sent(value, producer.send(new ProducerRecord<>(topic, 0, null, value)));
    }

    private static Producer<String, String> producer(Server server, Map<String, Object> settings) {
        Map<String, Object> all = new java.util.HashMap<>(Map.of("acks", "all", "linger.ms", 0));
        all.putAll(settings);
        return JavaClientsIT.producer(server, all);
    }

    /** What fits into the last page still passes. */
    private static void refusesProducers(Server server, List<String> values) throws Exception {
        for (String acks : List.of("all", "1")) {
            try (Producer<String, String> hasty =
                    producer(server, Map.of("acks", acks, "retries", 0, "enable.idempotence", false))) {
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 100; i++) {
                                Sent sent = send(hasty, values.size());
                                sent.future().get();
                                values.add(sent.value());
                            }
                        })
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(KafkaStorageException.class);
            }
        }
    }

    private static void readsOn(Server server, List<String> values) {
        try (Consumer<String, String> consumer = JavaClientsIT.consumer(server, Map.of())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(consumer.assignment());
            assertThat(JavaClientsIT.consume(consumer, values.size())).isEqualTo(values);
        }
    }

    private static void commitsUntilRefused(Consumer<String, String> group) {
        String metadata = "m".repeat(3_000);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        group.commitSync(Map.of(PARTITION, new OffsetAndMetadata(i, metadata)), SHORT);
                    }
                })
                .isInstanceOf(TimeoutException.class);
    }

    /** Not with the first of them: nearly full, a disk takes some writes and refuses others. */
    private static void saysSoWithTheWritesThatFollow(Server server, Producer<String, String> producer)
            throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
        while (!server.running().out().contains("takes bytes again")) {
            assertThat(System.nanoTime()).as(server.running().out()).isLessThan(deadline);
            send(producer, "made-after", "x").future().get(PATIENCE, TimeUnit.SECONDS);
        }
    }

    /** Refused, made at once, or made when there was space: in the end it can be made or is there. */
    private static void created(Admin admin, Future<Void> made) throws Exception {
        try {
            made.get(PATIENCE, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(KafkaStorageException.class);
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
        while (!admin.listTopics().names().get().contains("made-when-full")) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            try {
                admin.createTopics(List.of(new NewTopic("made-when-full", 3, (short) 1)))
                        .all()
                        .get();
            } catch (ExecutionException e) {
                assertThat(e.getCause())
                        .isInstanceOfAny(
                                KafkaStorageException.class, org.apache.kafka.common.errors.TopicExistsException.class);
            }
        }
    }
}
