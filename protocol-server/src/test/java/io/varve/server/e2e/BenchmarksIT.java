// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs the scripts that measure, each as small as it goes, so that none breaks unnoticed. */
class BenchmarksIT {
    private static final String BECAUSE = "the scripts choose their backends themselves";
    private static final Duration PATIENCE = Duration.ofSeconds(200);

    /** Passes its arguments on to JMH, once it has built a module that comes after these tests. */
    private static final String OF_JMH = "stores.sh";

    @Test
    @OnlyOnFiles(because = BECAUSE)
    void aRoundOfTheComparisonHasFiguresOfBothSides() {
        assertThat(run("compare.py --peer floor --work produce-1k-all --rounds 1 --scale 0.002"))
                .containsPattern("produce-1k-all +records/s +floor +[1-9]\\S+ \\[.*]  varve +[1-9]\\S+ \\[")
                .containsPattern("produce-1k-all +CPU s/GB +floor +\\S+ \\[.*]  varve +\\S+ \\[");
    }

    @ParameterizedTest
    @OnlyOnFiles(because = BECAUSE)
    @CsvSource(
            delimiter = ';',
            value = {
                "backends.sh --pairs 1 --seconds 1 --backends file --partitions 1 --sizes 100; | 1 | 100 | `file` | [1-9]",
                "compare.py --peer none --work e2e-steady --rounds 1 --scale 0.005; e2e-steady +p50 ms +varve +\\d",
                "compare.py --peer none --work paced-steady-unsynced --rounds 1 --scale 0.005; paced-steady-unsynced +p99 ms +varve +\\d",
                "footprint.sh --backends file --megabytes 1; file: ready after [1-9]",
            })
    void measures(String command, String line) {
        assertThat(run(command)).containsPattern("(?m)^" + line.replace("|", "\\|"));
    }

    @Test
    @OnlyOnFiles(because = BECAUSE)
    void eachScriptSaysHowItIsUsed() throws IOException {
        try (Stream<Path> files = Files.list(ChildProcess.HOME.resolve("benchmarks"))) {
            List<String> scripts = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(".*\\.(sh|py)") && !name.equals(OF_JMH))
                    .toList();
            assertThat(scripts).hasSizeGreaterThan(6).allSatisfy(script -> {
                try (ChildProcess asked = start(script + " --help")) {
                    asked.exitWithin(PATIENCE);
                    assertThat(asked.out() + asked.err()).contains("  benchmarks/" + script);
                }
            });
        }
    }

    /** The command may be a version manager's, with nothing beside it; those who measure end at a failure. */
    @Test
    @OnlyOnFiles(because = BECAUSE)
    void aJavaNeedNotSayItsVersionInAFile(@TempDir Path home) throws IOException {
        Path java = Files.createDirectory(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nexec '%s/bin/java' \"$@\"\n".formatted(System.getProperty("java.home")));
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Map<String, String> environment = Map.of("JAVA_HOME", home.toString());
        try (ChildProcess asked = ChildProcess.start(
                environment, "bash", "-euo", "pipefail", "-c", ". bin/lib/launch.sh; find_java; echo $JAVA_MAJOR")) {
            assertThat(asked.succeed().strip())
                    .isEqualTo(Integer.toString(Runtime.version().feature()));
        }
    }

    private static String run(String command) {
        try (ChildProcess running = start(command)) {
            int code = running.exitWithin(PATIENCE);
            assertThat(code).as(command + "\n" + running.out() + running.err()).isZero();
            return running.out();
        }
    }

    private static ChildProcess start(String command) {
        return ChildProcess.start("bash", "-c", "exec benchmarks/" + command);
    }
}
