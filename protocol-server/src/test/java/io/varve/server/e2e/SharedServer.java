// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Provides a shared {@link Server} or {@link Broker} to tests, which use topics and groups of their own. The
 * server stops after the last test.
 */
final class SharedServer implements ParameterResolver {
    /**
     * Members of the newer groups learn of a change with their next heartbeat: at Kafka's 5 s the tests would
     * mostly wait for those.
     */
    private static final String[] QUICK = {
        "group.consumer.min.heartbeat.interval.ms=500",
        "group.consumer.heartbeat.interval.ms=500",
        "group.share.min.heartbeat.interval.ms=500",
        "group.share.heartbeat.interval.ms=500",
        // A record is delivered again when its lock has timed out: after 15 s at the least by default.
        "group.share.min.record.lock.duration.ms=1000",
        // And a transaction that has timed out is looked for every 10 s.
        "transaction.abort.timed.out.transaction.cleanup.interval.ms=200"
    };

    private record Started(Path directory, Server server) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            // Whatever the tests did to it, it stops cleanly and without a word of trouble.
            int code = server.terminate(Server.STOP);
            String log = server.running().out() + server.running().err();
            delete(directory);
            assertThat(code).as(log).isZero();
            assertThat(log).doesNotContain("ERROR").doesNotContain("Exception");
        }
    }

    private record StartedKafka(Path directory, Broker broker) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            broker.crash();
            delete(directory);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Server.class || type == Broker.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        ExtensionContext.Store store = context.getRoot().getStore(Namespace.create(SharedServer.class));
        if (parameter.getParameter().getType() == Broker.class && Broker.IS_KAFKA) {
            return store.computeIfAbsent(StartedKafka.class, key -> startedKafka(), StartedKafka.class)
                    .broker();
        }
        return store.computeIfAbsent(Started.class, key -> started(), Started.class)
                .server();
    }

    private static Started started() {
        try {
            Path directory = Files.createTempDirectory("varve-e2e");
            return new Started(directory, Server.start(directory, QUICK));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StartedKafka startedKafka() {
        try {
            Path directory = Files.createTempDirectory("kafka-e2e");
            return new StartedKafka(directory, Broker.start(directory, QUICK));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
