// SPDX-License-Identifier: Apache-2.0
package io.varve.server.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the answers to consumers whose log has changed behind the offsets they have read. */
@Timeout(180)
class LeaderEpochsTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    @TempDir
    Path home;

    @Test
    void keepsFromClientsThatARunIsUnderWay() throws Exception {
        ConfigResource everyBroker = new ConfigResource(ConfigResource.Type.BROKER, "");
        try (ServerInProcess server = new ServerInProcess(home, "file", 1, "log.durability=async")) {
            server.start().createTopic("orders", 1);
            try (Admin admin = server.admin()) {
                assertThat(admin.describeConfigs(List.of(everyBroker))
                                .all()
                                .get()
                                .get(everyBroker)
                                .entries())
                        .isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "lmdb"})
    void tellsAConsumerThatAPowerCutHasTakenWhatItRead(String backend) {
        try (ServerInProcess server = new ServerInProcess(home, backend, 1, "log.durability=async")) {
            server.start().createTopic("orders", 1);
            server.produce("orders", 0, values("kept-", 10));
            List<Path> device = server.copies("device"); // the rest never gets there
            server.produce("orders", 0, values("lost-", 10));
            try (KafkaConsumer<String, String> consumer = consumer(server)) {
                assertThat(read(consumer, 20)).hasSize(20).endsWith("lost-9");
                server.stop();
                server.directories = device;
                server.start();
                server.produce("orders", 0, values("new-", 15));
                assertThatThrownBy(() -> read(consumer, 5))
                        .isInstanceOfSatisfying(
                                LogTruncationException.class,
                                told -> assertThat(told.divergentOffsets()
                                                .get(ORDERS)
                                                .offset())
                                        .isEqualTo(10));
            }
            assertThat(epochs(server)).containsExactly(0, 1);
            assertThat(LostPartitionsTest.values(server, "orders", 0)).hasSize(25);
        }
    }

    @ParameterizedTest
    @CsvSource({"file,async", "file,sync", "lmdb,async"})
    void leavesConsumersAloneAfterAnOrderlyStop(String backend, String durability) {
        try (ServerInProcess server = new ServerInProcess(home, backend, 1, "log.durability=" + durability)) {
            server.start().createTopic("orders", 1);
            server.produce("orders", 0, values("a-", 5));
            try (KafkaConsumer<String, String> consumer = consumer(server)) {
                assertThat(read(consumer, 5)).hasSize(5);
                for (int i = 0; i < 2; i++) {
                    server.stop();
                    server.start();
                    server.produce("orders", 0, "b");
                    assertThat(read(consumer, 1)).containsExactly("b");
                }
            }
            assertThat(epochs(server)).containsExactly(0, 0);
        }
    }

    @Test
    void letsConsumersGoOnAfterAKillThatTookNothing() {
        try (ServerInProcess server = new ServerInProcess(home, "file", 1, "log.durability=async")) {
            server.start().createTopic("orders", 1);
            server.produce("orders", 0, values("a-", 5));
            try (KafkaConsumer<String, String> consumer = consumer(server)) {
                assertThat(read(consumer, 5)).hasSize(5);
                server.kill("killed");
                server.start();
                server.produce("orders", 0, "b");
                assertThat(read(consumer, 1)).containsExactly("b");
                server.kill("again");
                server.start("log.durability=sync");
                server.produce("orders", 0, "c");
                assertThat(read(consumer, 1)).containsExactly("c");
            }
            assertThat(epochs(server)).containsExactly(0, 2);
            server.kill("third");
            server.start();
            assertThat(epochs(server)).containsExactly(0, 2); // nobody had seen what was not durable
        }
    }

    @Test
    void tellsAConsumerThatItsPartitionWasMadeAnew() {
        try (ServerInProcess server = new ServerInProcess(home, "file", 1)) {
            server.start().createTopic("orders", 1);
            server.produce("orders", 0, values("old-", 5));
            try (KafkaConsumer<String, String> consumer = consumer(server)) {
                assertThat(read(consumer, 5)).hasSize(5);
                server.stop();
                DirectoryDamage.delete(server.directories.get(0).resolve("orders-0"));
                server.start("log.loss.accepted=orders-0");
                server.produce("orders", 0, values("new-", 9));
                assertThatThrownBy(() -> read(consumer, 4)).isInstanceOf(LogTruncationException.class);
            }
        }
    }

    /** @return the epochs of the log's start and of its end */
    private static List<Integer> epochs(ServerInProcess server) {
        List<Integer> epochs = new ArrayList<>();
        try (Admin admin = server.admin()) {
            for (OffsetSpec spec : List.of(OffsetSpec.earliest(), OffsetSpec.latest())) {
                epochs.add(ServerInProcess.await(
                                admin.listOffsets(Map.of(ORDERS, spec)).partitionResult(ORDERS))
                        .leaderEpoch()
                        .orElseThrow());
            }
        }
        return epochs;
    }

    private static String[] values(String prefix, int count) {
        String[] values = new String[count];
        for (int i = 0; i < count; i++) {
            values[i] = prefix + i;
        }
        return values;
    }

    private static KafkaConsumer<String, String> consumer(ServerInProcess server) {
        KafkaConsumer<String, String> consumer = server.consumer(
                null,
                Map.of(
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "none",
                        ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                        "100",
                        ConsumerConfig.METADATA_MAX_AGE_CONFIG,
                        "500"));
        consumer.assign(List.of(ORDERS));
        consumer.seek(ORDERS, 0);
        return consumer;
    }

    private static List<String> read(KafkaConsumer<String, String> consumer, int count) {
        List<String> values = new ArrayList<>();
        while (values.size() < count) {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                values.add(record.value());
            }
        }
        return values;
    }
}
