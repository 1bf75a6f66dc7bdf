// SPDX-License-Identifier: Apache-2.0
package io.varve.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the archive on every Java of this machine that is new enough, and expects no warning of any. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JdksIT {
    private static final Path INSTALLED = Path.of("/usr/lib/jvm");
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");
    private static final int MIN_JAVA = 17;

    private Path directory;
    private Path home;

    @BeforeAll
    void unpack(@TempDir Path temporary) throws IOException, InterruptedException {
        directory = temporary;
        home = Installed.unpack(Path.of(System.getProperty("varve.archive") + ".tar.gz"), temporary);
    }

    static Set<Path> runtimes() throws IOException {
        Set<Path> runtimes =
                new TreeSet<>(Set.of(Path.of(System.getProperty("java.home")).toRealPath()));
        if (Files.isDirectory(INSTALLED)) {
            try (Stream<Path> all = Files.list(INSTALLED)) {
                for (Path java : all.toList()) {
                    if (Files.isExecutable(java.resolve("bin/java")) && version(java) >= MIN_JAVA) {
                        runtimes.add(java.toRealPath());
                    }
                }
            }
        }
        return runtimes;
    }

    private static int version(Path java) throws IOException {
        Path release = java.resolve("release");
        Matcher version = VERSION.matcher(Files.exists(release) ? Files.readString(release) : "");
        return version.find() ? Integer.parseInt(version.group(1)) : 0;
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void servesAndSaysNothingElse(Path java) throws IOException, InterruptedException {
        Path state = Files.createTempDirectory(directory, "state");
        Installed installed = new Installed(
                home, directory, List.of(), Map.of("JAVA_HOME", java.toString(), "VARVE_STATE", state.toString()));
        for (String backend : List.of("file", "lmdb")) {
            try (Installed.Running server = installed.startServer(
                    "--override", "storage.backend=" + backend, "--override", "log.dirs=" + backend)) {
                assertThat(server.said().lines().filter(line -> !line.startsWith("Preparing for fast starts")))
                        .singleElement()
                        .asString()
                        .contains(backend + " storage in " + state);
                assertThat(Installed.hello(server.address())).isEqualTo("Hello, World!\n");
                assertThat(installed.run("kafka-topics.sh", "--bootstrap-server", server.address(), "--list"))
                        .isEqualTo("sample\n");
                server.stop();
            }
        }
    }
}
