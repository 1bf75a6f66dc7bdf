// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests a {@link Server} they share, each with topics and groups of its own; stopped after the last of them. */
final class SharedServer implements ParameterResolver {
    /** Members of the newer groups learn of a change with their next heartbeat: at Kafka's 5 s the tests would mostly wait for those. */
    private static final String[] QUICK = {
        "group.consumer.min.heartbeat.interval.ms=500", "group.consumer.heartbeat.interval.ms=500"
    };

    private record Started(Path directory, Server server) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            // Whatever the tests did to it, it stops cleanly and without a word of trouble.
            int code = server.terminate(Duration.ofSeconds(30));
            String log = server.running().out() + server.running().err();
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
            assertThat(code).as(log).isZero();
            assertThat(log).doesNotContain("ERROR").doesNotContain("Exception");
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Server.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(SharedServer.class))
                .computeIfAbsent(SharedServer.class, key -> started(), Started.class)
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
}
