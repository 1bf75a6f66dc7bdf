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

    /** What is written goes to a directory of its own, whose name the environment says. */
    private Installed installed(Path java) throws IOException {
        Path state = Files.createTempDirectory(directory, "state");
        return new Installed(
                home, directory, List.of(), Map.of("JAVA_HOME", java.toString(), "VARVE_STATE", state.toString()));
    }

    private static Installed.Running start(Installed installed, String backend) throws IOException {
        Installed.Running server =
                installed.startServer("--override", "storage.backend=" + backend, "--override", "log.dirs=" + backend);
        assertThat(server.said().lines().filter(line -> !line.startsWith("Preparing for fast starts")))
                .singleElement()
                .asString()
                .contains(backend + " storage in " + installed.environment().get("VARVE_STATE"));
        return server;
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void servesAndSaysNothingElse(Path java) throws IOException, InterruptedException {
        Installed installed = installed(java);
        for (String backend : List.of("file", "lmdb")) {
            try (Installed.Running server = start(installed, backend)) {
                assertThat(Installed.hello(server.address())).isEqualTo("Hello, World!\n");
                assertThat(installed.run("kafka-topics.sh", "--bootstrap-server", server.address(), "--list"))
                        .isEqualTo("sample\n");
                server.stop();
            }
        }
    }

    /** Uses what is native, on both sides: a codec, LMDB, the archive of classes or AOT cache. */
    @ParameterizedTest
    @MethodSource("runtimes")
    void keepsTransactionsAndTheirReadersOverARestart(Path java) throws IOException, InterruptedException {
        Installed installed = installed(java);
        try (Installed.Running server = start(installed, "lmdb")) {
            assertThat(Files.readString(
                            Path.of("/proc/" + server.process().process().pid() + "/maps")))
                    .containsPattern(home + "/cache/(classes-.*\\.jsa|server-.*\\.aot)\n");
            assertThat(installed.run(
                            "kafka-producer-perf-test.sh",
                            "--bootstrap-server",
                            server.address(),
                            "--topic",
                            "sums",
                            "--num-records",
                            "1000",
                            "--record-size",
                            "100",
                            "--throughput",
                            "-1",
                            "--transaction-duration-ms",
                            "100",
                            "--command-property",
                            "compression.type=zstd"))
                    .startsWith("1000 records sent")
                    .hasLineCount(1);
            assertThat(read(installed, server, 600)).contains("Processed a total of 600 messages\n");
            server.stop();
        }
        try (Installed.Running server = start(installed, "lmdb")) {
            assertThat(read(installed, server, 400)).contains("Processed a total of 400 messages\n");
            assertThat(installed.run(
                            "kafka-consumer-groups.sh",
                            "--bootstrap-server",
                            server.address(),
                            "--describe",
                            "--group",
                            "readers"))
                    .containsPattern("readers +sums +0 +\\d+ +\\d+ +[01] ") // the last may be a transaction's end
                    .doesNotContain("WARN");
            server.stop();
        }
    }

    private static String read(Installed installed, Installed.Running server, int records)
            throws IOException, InterruptedException {
        String said = installed.run(
                "kafka-console-consumer.sh",
                "--bootstrap-server",
                server.address(),
                "--topic",
                "sums",
                "--group",
                "readers",
                "--from-beginning",
                "--max-messages",
                Integer.toString(records),
                "--command-property",
                "isolation.level=read_committed");
        // A hint of Kafka's, the records, which are of capitals, and their number.
        assertThat(said.lines().filter(line -> !line.matches("[A-Z]{100}|The consumer rebalance protocol .*")))
                .as(said)
                .hasSize(1);
        return said;
    }
}
