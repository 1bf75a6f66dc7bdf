// SPDX-License-Identifier: Apache-2.0
package io.varve.server.start;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.VarveServer;
import io.varve.server.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Runs the whole server in this process, on one of the real storages, so that a test can change its
 * directories between two starts.
 */
final class ServerInProcess implements AutoCloseable {
    private static final long TIMEOUT_S = 120;

    final Path home;
    private final String backend;
    private final List<String> settings = new ArrayList<>();
    List<Path> directories;
    private VarveServer server;
    private String address;
    private String port = "0";

    /**
     * @param home the directory of configuration and data
     * @param backend file or lmdb
     * @param directories number of data directories
     * @param settings {@code key=value} each
     */
    ServerInProcess(Path home, String backend, int directories, String... settings) {
        this.home = home;
        this.backend = backend;
        this.settings.addAll(List.of(settings));
        this.directories = Stream.iterate(0, i -> i + 1)
                .limit(directories)
                .map(i -> home.resolve("data" + i))
                .toList();
    }

    /** @param more {@code key=value} each, for this start only */
    ServerInProcess start(String... more) {
        List<String> overrides = new ArrayList<>(List.of(
                "listeners=PLAINTEXT://127.0.0.1:" + port, // clients find it again
                "storage.backend=" + backend,
                "log.dirs="
                        + String.join(
                                ",", directories.stream().map(Path::toString).toList()),
                "group.initial.rebalance.delay.ms=0",
                "offsets.topic.num.partitions=2",
                "transaction.state.log.num.partitions=2"));
        overrides.addAll(settings);
        overrides.addAll(List.of(more));
        try {
            Path file = Files.writeString(home.resolve("server.properties"), "");
            ServerConfig config = ServerConfig.load(file, overrides, home);
            server = VarveServer.start(config, Clock.system(), new SystemScheduler(2), Ids.random());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        address = server.endpoints().get(0).address();
        port = address.substring(address.indexOf(':') + 1);
        return this;
    }

    void stop() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    /**
     * Copies the directories, stops the server, and continues with the copies. As after {@code kill -9}, the
     * copies do not contain later writes, those of the orderly stop included.
     */
    void kill(String copy) {
        List<Path> copies = copies(copy);
        stop();
        directories = copies;
    }

    /** @return copies of the directories as they are now: of one moment, as far as names go */
    List<Path> copies(String name) {
        List<Path> copies = new ArrayList<>();
        for (Path directory : directories) {
            Path to = home.resolve(name + "-" + directory.getFileName());
            while (!DirectoryDamage.copyUnchanged(directory, to)) {
                DirectoryDamage.delete(to); // checkpoints were being replaced
            }
            copies.add(to);
        }
        return copies;
    }

    String address() {
        return address;
    }

    Admin admin() {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, address));
    }

    void createTopic(String name, int partitions) {
        try (Admin admin = admin()) {
            await(admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all());
        }
    }

    /** @param values written to one partition in order, each acknowledged */
    void produce(String topic, int partition, String... values) {
        Properties properties = new Properties();
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, address);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, partition, null, value))
                        .get(TIMEOUT_S, TimeUnit.SECONDS);
            }
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    KafkaConsumer<String, String> consumer(String group, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, address);
        all.putIfAbsent(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        if (group != null) {
            all.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        }
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
