// SPDX-License-Identifier: Apache-2.0
package io.varve.test;

import io.varve.server.VarveServer;
import io.varve.server.cluster.Endpoint;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/**
 * Runs a broker in this process, for tests. It speaks Kafka's protocol on a free port of the loopback
 * interface:
 *
 * <pre>{@code
 * try (Varve varve = Varve.inMemory().start()) {
 *     varve.createTopic("orders", 3);
 *     Properties settings = new Properties();
 *     settings.put("bootstrap.servers", varve.bootstrapServers());
 *     ... // any Kafka client
 * }
 * }</pre>
 *
 * <p>The first start of a JVM takes about a second, to load classes; later ones take milliseconds. Any number
 * of brokers run side by side, and know nothing of each other. With JUnit, {@link VarveBroker} starts and
 * closes them. Thread-safe.
 */
public final class Varve implements AutoCloseable {
    private final VarveServer server;
    private final String bootstrapServers;

    Varve(VarveServer server) {
        this.server = server;
        bootstrapServers = server.endpoints().stream().map(Endpoint::address).collect(Collectors.joining(","));
    }

    /** @return a broker to be started that keeps everything in memory */
    public static VarveSetup inMemory() {
        return new VarveSetup(Map.of("storage.backend", "memory"));
    }

    /**
     * Keeps everything in files, so that a later start on the same directory goes on with it.
     *
     * @param directory created if it is absent; used by one broker at a time
     * @return a broker to be started
     */
    public static VarveSetup onFiles(Path directory) {
        return new VarveSetup(Map.of(
                "storage.backend",
                "file",
                "log.dirs",
                directory.toAbsolutePath().toString()));
    }

    /** @return where clients connect: {@code host:port}, several with commas between them */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /**
     * Creates a topic with the broker's default settings.
     *
     * @param name its name, which no topic has yet
     * @param partitions how many, at least 1
     * @throws org.apache.kafka.common.errors.ApiException if the broker refuses, as it would refuse a client
     */
    public void createTopic(String name, int partitions) {
        createTopic(name, partitions, Map.of());
    }

    /**
     * Creates a topic. Returns when clients can use it.
     *
     * @param name its name, which no topic has yet
     * @param partitions how many, at least 1
     * @param settings its own settings by Kafka's names, such as {@code cleanup.policy}
     * @throws org.apache.kafka.common.errors.ApiException if the broker refuses, as it would refuse a client
     */
    public void createTopic(String name, int partitions, Map<String, String> settings) {
        try {
            server.createTopic(name, partitions, settings).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Stops: answers the requests under way, ends all its threads, and frees the port. Idempotent. */
    @Override
    public void close() {
        server.close();
    }
}
