// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import io.varve.build.watch.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the first command on a fresh checkout. */
@OnlyOnFiles(because = "the build of a checkout is the same for every backend, and takes long")
class FirstRunIT {
    private static final Duration BUILD = Duration.ofMinutes(5);
    private static final Duration STOP = Await.PATIENCE;
    /** A user's own options for Maven choose a collector, and the JVM refuses two. */
    private static final Map<String, String> OF_A_USER =
            Map.of("VARVE_NO_BUILD", "", "MAVEN_OPTS", "-XX:+UseParallelGC");

    private static final Set<String> NOT_CHECKED_OUT = Set.of("target", ".git", ".venv", "data", "logs");

    @TempDir
    Path checkout;

    @Test
    void buildsShowsProgressAndServesAndDoesNotBuildAgain() throws IOException {
        copy(ChildProcess.HOME, checkout);

        ChildProcess first = start();
        assertThat(first.err())
                .contains("Building the server")
                .contains("Varve engine core")
                .contains("Varve protocol server")
                .contains("Built.");
        stop(first);

        ChildProcess second = start();
        assertThat(second.err()).isEmpty();
        stop(second);
        assertThat(archives()).as("what lets the server start faster").hasSize(1);

        // On JDK 25 these options and the server's own archive exclude each other.
        ChildProcess withOwnOptions = start(Map.of("VARVE_NO_BUILD", "", "KAFKA_OPTS", "-Xshare:off"));
        assertThat(withOwnOptions.err()).isEmpty();
        stop(withOwnOptions);

        Path source = checkout.resolve("protocol-server/src/main/java/io/varve/server/Main.java");
        Files.writeString(source, Files.readString(source) + "}");
        try (ChildProcess broken = run()) {
            assertThat(broken.exitWithin(BUILD)).isEqualTo(1);
            assertThat(broken.err()).contains("Main.java").contains("The build failed; all of its output is in");
        }
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> built = Files.list(checkout.resolve("protocol-server/target"))) {
            return built.filter(file -> file.toString().matches(".*\\.(jsa|aot)"))
                    .toList();
        }
    }

    private ChildProcess start() {
        return start(OF_A_USER);
    }

    private ChildProcess start(Map<String, String> environment) {
        return run(environment).awaitOutput(BUILD, out -> out.contains("ready"));
    }

    private ChildProcess run() {
        return run(OF_A_USER);
    }

    private ChildProcess run(Map<String, String> environment) {
        return ChildProcess.start(
                environment,
                checkout.resolve("bin/kafka-server-start.sh").toString(),
                checkout.resolve("config/server.properties").toString(),
                "--override",
                "listeners=PLAINTEXT://localhost:" + FreePort.take());
    }

    private static void stop(ChildProcess server) {
        server.process().destroy();
        assertThat(server.exitWithin(STOP)).isZero();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> children = Files.list(from)) {
            for (Path child : children.toList()) {
                Path copy = to.resolve(child.getFileName());
                if (NOT_CHECKED_OUT.contains(child.getFileName().toString())) {
                    continue;
                }
                if (Files.isDirectory(child)) {
                    Files.createDirectory(copy);
                    copy(child, copy);
                } else {
                    Files.copy(child, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }
}
