// SPDX-License-Identifier: Apache-2.0
package io.varve.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.VarveException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses brokers as a test of somebody else's program does. */
class VarveTest {
    private static final ConfigResource ROOT_LOGGER = new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "1");

    @TempDir
    Path directory;

    @Test
    void servesClientsFromMemory() throws Exception {
        try (Varve varve = Varve.inMemory().start()) {
            varve.createTopic("orders", 1);
            Messages.send(varve.bootstrapServers(), "orders", "one", "two");

            assertThat(Messages.read(varve.bootstrapServers(), "orders", "counters", 2))
                    .containsExactly("one", "two");
        }
        assertThat(Path.of("varve-in-memory")).doesNotExist();
    }

    @Test
    void keepsTopicsRecordsAndGroupsOnFiles() throws Exception {
        try (Varve varve = Varve.onFiles(directory).topic("orders", 1).start()) {
            Messages.send(varve.bootstrapServers(), "orders", "one", "two");
            assertThat(Messages.read(varve.bootstrapServers(), "orders", "counters", 2))
                    .containsExactly("one", "two");
        }
        try (Varve varve = Varve.onFiles(directory).start()) {
            Messages.send(varve.bootstrapServers(), "orders", "three");
            assertThat(Messages.read(varve.bootstrapServers(), "orders", "counters", 1))
                    .containsExactly("three");
        }
    }

    @Test
    void brokersSideBySideKnowNothingOfEachOther() throws Exception {
        Varve one = Varve.inMemory().topic("shared", 1).start();
        try (Varve two = Varve.inMemory().topic("shared", 1).start();
                Varve files = Varve.onFiles(directory).topic("shared", 1).start()) {
            Messages.send(one.bootstrapServers(), "shared", "of one");
            Messages.send(two.bootstrapServers(), "shared", "of two");
            Messages.send(files.bootstrapServers(), "shared", "on files");

            assertThat(Messages.read(two.bootstrapServers(), "shared", "group", 1))
                    .containsExactly("of two");
            assertThat(Messages.read(files.bootstrapServers(), "shared", "group", 1))
                    .containsExactly("on files");
            one.close(); // the others go on
            Messages.send(two.bootstrapServers(), "shared", "later");
            assertThat(Messages.read(two.bootstrapServers(), "shared", "group", 1))
                    .containsExactly("later");
        }
    }

    @Test
    void eachStartOfOneSetupIsAnotherBroker() {
        VarveSetup setup = Varve.inMemory().topic("orders", 2);
        try (Varve one = setup.start();
                Varve two = setup.start()) {
            assertThat(one.bootstrapServers())
                    .isNotEqualTo(two.bootstrapServers())
                    .matches("127\\.0\\.0\\.1:\\d+");
        }
    }

    @Test
    void settingsAreTheBrokersAndTheTopics() throws Exception {
        try (Varve varve = Varve.inMemory()
                        .config("auto.create.topics.enable", "false")
                        .start();
                Admin admin = admin(varve)) {
            varve.createTopic("compacted", 4, Map.of("cleanup.policy", "compact"));

            ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "compacted");
            Map<ConfigResource, Config> configs =
                    admin.describeConfigs(Set.of(broker, topic)).all().get();
            assertThat(configs.get(broker).get("auto.create.topics.enable").value())
                    .isEqualTo("false");
            assertThat(configs.get(topic).get("cleanup.policy").value()).isEqualTo("compact");
            assertThat(admin.describeTopics(List.of("compacted"))
                            .allTopicNames()
                            .get()
                            .get("compacted")
                            .partitions())
                    .hasSize(4);
        }
    }

    @Test
    void refusesTopicsAsItRefusesThemToClients() {
        try (Varve varve = Varve.inMemory().topic("orders", 1).start()) {
            assertThatThrownBy(() -> varve.createTopic("orders", 1)).isInstanceOf(TopicExistsException.class);
            assertThatThrownBy(() -> varve.createTopic("other", 1, Map.of("retention.ms", "soon")))
                    .isInstanceOf(InvalidConfigurationException.class);
        }
    }

    @Test
    void namesTheSettingThatIsWrong() {
        assertThatThrownBy(
                        () -> Varve.inMemory().config("num.partitions", "some").start())
                .isInstanceOf(VarveException.class)
                .hasMessageContaining("num.partitions=some");
        assertThatThrownBy(
                        () -> Varve.inMemory().config("storage.backend", "lmdb").start())
                .isInstanceOf(VarveException.class)
                .hasMessageContaining("storage.backend=lmdb");
    }

    @Test
    void freesItsPortAndItsDirectory() throws Exception {
        Varve varve = Varve.onFiles(directory).start();
        String[] address = varve.bootstrapServers().split(":");
        varve.close();
        varve.close();

        assertThatThrownBy(() -> new Socket(address[0], Integer.parseInt(address[1])).close())
                .isInstanceOf(ConnectException.class);
        try (Varve next = Varve.onFiles(directory)
                .config("listeners", "PLAINTEXT://127.0.0.1:" + address[1])
                .start()) {
            assertThat(next.bootstrapServers()).isEqualTo(varve.bootstrapServers());
        }
        assertThat(Files.exists(directory)).isTrue();
    }

    /** There is no logging back end on the class path of these tests. */
    @Test
    void clientsSeeAndCannotChangeTheLevelsOfAnotherLoggingBackEnd() throws Exception {
        try (Varve varve = Varve.inMemory().start();
                Admin admin = admin(varve)) {
            Config levels =
                    admin.describeConfigs(Set.of(ROOT_LOGGER)).all().get().get(ROOT_LOGGER);
            assertThat(levels.get("root").value()).isEqualTo("OFF");
            assertThatThrownBy(() -> admin.incrementalAlterConfigs(Map.of(
                                    ROOT_LOGGER,
                                    List.of(new AlterConfigOp(
                                            new ConfigEntry("root", "DEBUG"), AlterConfigOp.OpType.SET))))
                            .all()
                            .get())
                    .hasCauseInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("cannot be changed in this process");
        }
    }

    private static Admin admin(Varve varve) {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, varve.bootstrapServers()));
    }
}
