// SPDX-License-Identifier: Apache-2.0
package io.varve.server.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.metadata.log.MetadataException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests starts on directories that were changed while the server was stopped. */
class LostPartitionsTest {
    private static final int PARTITIONS = 4;
    /** Where a server with two partitions of offsets keeps those of group g. */
    private static final String OFFSETS_OF_G = "__consumer_offsets-1";

    @TempDir
    Path home;

    @ParameterizedTest
    @ValueSource(strings = {"file", "lmdb"})
    void refusesToStartWhileADirectoryIsNotThere(String backend) throws Exception {
        try (ServerInProcess server = new ServerInProcess(home, backend, 2)) {
            server.start().createTopic("orders", PARTITIONS);
            for (int p = 0; p < PARTITIONS; p++) {
                server.produce("orders", p, "old-" + p);
            }
            server.stop();
            Path metadata = Path.of("__cluster_metadata-0");
            Path unmounted = backend.equals("file")
                            && Files.exists(server.directories.get(1).resolve(metadata))
                    ? server.directories.get(0)
                    : server.directories.get(1);
            Path away = home.resolve("away");
            Files.move(unmounted, away);
            for (int attempt = 0; attempt < 2; attempt++) {
                Files.createDirectories(unmounted); // the place where it is mounted
                assertThatThrownBy(server::start)
                        .isInstanceOf(MetadataException.class)
                        .hasMessageMatching("orders-[0-9].* not in log.dirs any more: .*log.loss.accepted=orders-.*");
                server.stop();
            }
            DirectoryDamage.delete(unmounted);
            Files.move(away, unmounted);
            server.start();
            for (int p = 0; p < PARTITIONS; p++) {
                server.produce("orders", p, "new");
                assertThat(values(server, "orders", p)).containsExactly("old-" + p, "new");
            }
        }
    }

    @Test
    void makesAPartitionAnewOnlyWhenToldTo() throws Exception {
        try (ServerInProcess server = new ServerInProcess(home, "file", 1)) {
            server.start().createTopic("orders", 2);
            server.produce("orders", 0, "kept");
            server.produce("orders", 1, "lost");
            try (KafkaConsumer<String, String> consumer = server.consumer("g", Map.of())) {
                consumer.assign(List.of(new TopicPartition("orders", 0)));
                consumer.commitSync(Map.of(new TopicPartition("orders", 0), new OffsetAndMetadata(1)));
            }
            server.stop();
            DirectoryDamage.delete(server.directories.get(0).resolve("orders-1"));
            DirectoryDamage.delete(server.directories.get(0).resolve(OFFSETS_OF_G));
            // Nothing was ever in it, so nothing is lost.
            DirectoryDamage.delete(server.directories.get(0).resolve("__consumer_offsets-0"));
            assertThatThrownBy(server::start)
                    .isInstanceOf(MetadataException.class)
                    .hasMessageStartingWith(OFFSETS_OF_G + ", orders-1 are not in log.dirs any more")
                    .hasMessageContaining("log.loss.accepted=" + OFFSETS_OF_G + ",orders-1,");
            assertThat(server.directories.get(0).resolve("orders-1")).doesNotExist();
            server.start("log.loss.accepted=" + OFFSETS_OF_G + ",orders-1");
            assertThat(values(server, "orders", 0)).containsExactly("kept");
            assertThat(values(server, "orders", 1)).isEmpty();
            server.stop();
            server.start();
        }
    }

    @Test
    void givesAPartitionNoRecordsOfACopiedDirectory() {
        try (ServerInProcess server = new ServerInProcess(home, "file", 1)) {
            server.start().createTopic("orders", 1);
            server.produce("orders", 0, "a", "b");
            server.stop();
            Path data = server.directories.get(0);
            DirectoryDamage.copy(data.resolve("orders-0"), data.resolve("orders-1"));
            server.start();
            assertThat(DirectoryDamage.all(data))
                    .anyMatch(path -> path.getFileName().toString().matches("orders-1\\..*-stray"));
            try (Admin admin = server.admin()) {
                ServerInProcess.await(admin.createPartitions(Map.of("orders", NewPartitions.increaseTo(2)))
                        .all());
            }
            assertThat(values(server, "orders", 1)).isEmpty();
            server.produce("orders", 1, "new");
            server.stop();
            server.start();
            assertThat(values(server, "orders", 1)).containsExactly("new");
            assertThat(values(server, "orders", 0)).containsExactly("a", "b");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "lmdb"})
    void findsATopicThatWasMadeJustBeforeTheProcessDied(String backend) {
        try (ServerInProcess server = new ServerInProcess(home, backend, 2)) {
            server.start().createTopic("orders", PARTITIONS);
            server.kill("killed");
            server.start();
            server.produce("orders", 3, "a");
            assertThat(values(server, "orders", 3)).containsExactly("a");
        }
    }

    @Test
    void takesBackATopicThatFindsSomethingInItsPlace() throws Exception {
        try (ServerInProcess server = new ServerInProcess(home, "file", 1);
                Admin admin = server.start().admin()) {
            Path inTheWay = server.directories.get(0).resolve("orders-2");
            Files.createDirectories(inTheWay);
            Files.writeString(inTheWay.resolve("notes.txt"), "somebody's");
            assertThatThrownBy(() -> server.createTopic("orders", PARTITIONS))
                    .isInstanceOf(KafkaStorageException.class);
            assertThat(ServerInProcess.await(admin.listTopics().names())).isEmpty();
            assertThat(server.directories.get(0).resolve("orders-0")).doesNotExist();
            DirectoryDamage.delete(inTheWay);
            ServerInProcess.await(admin.createTopics(List.of(new NewTopic("orders", PARTITIONS, (short) 1)))
                    .all());
            server.produce("orders", 2, "a");
        }
    }

    static List<String> values(ServerInProcess server, String topic, int partition) {
        TopicPartition from = new TopicPartition(topic, partition);
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = server.consumer(null, Map.of())) {
            consumer.assign(List.of(from));
            consumer.seekToBeginning(List.of(from));
            long end = consumer.endOffsets(List.of(from)).get(from);
            while (consumer.position(from) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }
}
