// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.server;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.VarveServer;
import io.varve.server.command.ClientAnswer;
import io.varve.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;

/** Runs the whole server in this process, for one test. */
public final class LoopbackServer implements AutoCloseable {
    private final VarveServer server;
    private final String address;

    /**
     * @param home an empty directory for configuration and data
     * @param settings {@code key=value} each
     */
    public LoopbackServer(Path home, String... settings) throws IOException {
        List<String> overrides = new ArrayList<>(List.of(
                "listeners=PLAINTEXT://127.0.0.1:0",
                "log.dirs=" + home.resolve("data"),
                "offsets.topic.num.partitions=1",
                "transaction.state.log.num.partitions=1"));
        overrides.addAll(List.of(settings));
        Path file = Files.writeString(home.resolve("server.properties"), "");
        server = VarveServer.start(
                ServerConfig.load(file, overrides, home), Clock.system(), new SystemScheduler(2), Ids.random());
        address = server.endpoints().get(0).address();
    }

    /** @return host and port */
    public String address() {
        return address;
    }

    /** @return settings of a client of this server */
    public Properties client() {
        Properties client = new Properties();
        client.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, address);
        return client;
    }

    /** @param config the topic's settings */
    public void createTopic(String name, int partitions, Map<String, String> config) {
        try (Admin admin = Admin.create(client())) {
            ClientAnswer.await(admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(config)))
                    .all());
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
