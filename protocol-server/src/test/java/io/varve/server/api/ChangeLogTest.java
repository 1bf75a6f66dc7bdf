// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.varve.server.group.GroupsFixture;
import io.varve.server.logging.LogTap;
import io.varve.server.net.NetServer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Reads in the log what a client has changed. */
class ChangeLogTest {
    private static final String WHO = "User:ANONYMOUS at 127.0.0.1 has ";

    @RegisterExtension
    private final LogTap log = LogTap.on(ChangeLog.class).from(Level.INFO);

    private final GroupsFixture broker = new GroupsFixture();
    private NetServer server;
    private Admin admin;

    @BeforeEach
    void start() {
        server = ServedBroker.on(broker);
        admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + ServedBroker.port(server)));
    }

    @AfterEach
    void close() {
        admin.close();
        server.close();
        broker.close();
    }

    private void change(ConfigResource.Type type, String name, String key, String value) {
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(type, name),
                        List.of(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET))))
                .all()
                .toCompletionStage()
                .exceptionally(refused -> null)
                .toCompletableFuture()
                .join();
    }

    @Test
    void aTopicsLifeIsLoggedWithWhoChangedIt() throws Exception {
        NewTopic orders = new NewTopic("orders", 1, (short) 1);
        admin.createTopics(List.of(orders), new CreateTopicsOptions().validateOnly(true))
                .all()
                .get();
        admin.createTopics(List.of(orders)).all().get();
        admin.createPartitions(Map.of("orders", NewPartitions.increaseTo(2)))
                .all()
                .get();
        change(ConfigResource.Type.TOPIC, "orders", "retention.ms", "4711");
        change(ConfigResource.Type.TOPIC, "orders", "retention.ms", "none");
        admin.deleteTopics(List.of("orders")).all().get();

        assertThat(log.lines())
                .containsExactly(
                        WHO + "created topics: orders",
                        WHO + "added partitions to topics: orders",
                        WHO + "changed settings: topic orders (retention.ms)",
                        WHO + "deleted topics: orders");
    }

    @Test
    void aTopicThatIsThereBecauseAClientAskedForItIsLogged() {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", "127.0.0.1:" + ServedBroker.port(server)),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            assertThat(producer.partitionsFor("asked")).isNotEmpty();
            assertThat(producer.partitionsFor("asked")).isNotEmpty();
        }
        assertThat(log.lines()).containsExactly(WHO + "created topics by asking for them: asked");
    }

    @Test
    void aLineNamesAFewOfManyAndHoldsNoOther() throws Exception {
        admin.createTopics(IntStream.range(0, 100)
                        .mapToObj(i -> new NewTopic("t" + i, 1, (short) 1))
                        .toList())
                .all()
                .get();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .endsWith(" and 90 more")
                .hasSizeLessThan(120);

        change(ConfigResource.Type.GROUP, "a\nb", "consumer.session.timeout.ms", "50000");
        assertThat(log.lines()).last().isEqualTo(WHO + "changed settings: group a?b (consumer.session.timeout.ms)");
    }
}
