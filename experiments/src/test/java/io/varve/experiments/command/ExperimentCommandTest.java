// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentCommandTest {
    private static final Path READY = Path.of("../config/experiments/retention-week.yaml");

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Object... arguments) {
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        return ExperimentCommand.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                words);
    }

    private Path scenario(String text) throws IOException {
        return Files.writeString(directory.resolve("scenario.yaml"), text);
    }

    /** A hundredth of the ready scenario's bytes: its batches are as many. */
    @Test
    void aConsumerThatStopsForTheWeekendMissesWhatAShortRetentionDeletes() throws IOException {
        Path small = scenario(Files.readString(READY)
                .replace("rate: 5MB/s", "rate: 50kB/s")
                .replace("segment.bytes: 1GiB", "segment.bytes: 16MiB"));
        Path report = directory.resolve("report");
        assertThat(run("run", small, "--report", report, "--jobs", 2)).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .anySatisfy(line -> assertThat(line).contains("retention.ms=7d").endsWith("pass"))
                .anySatisfy(line -> assertThat(line).contains("retention.ms=1d").endsWith("FAIL"))
                .anySatisfy(line -> assertThat(line).contains("fails: no consumer loses data"));
        assertThat(report).isDirectoryContaining("glob:**.csv").isDirectoryContaining("glob:**result.json");
        assertThat(report.resolve("misses.csv")).content().contains("retention.ms=1d", "weekend");
        assertThat(report.resolve("scenario.yaml")).hasSameTextualContentAs(small);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("10.0 of 10.0 days");
    }

    @Test
    void saysWhereAScenarioIsWrong() throws IOException {
        Path wrong = scenario(Files.readString(READY).replace("duration: 10d", "duration: soon"));
        assertThat(run("run", wrong, "--report", directory.resolve("report"))).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("scenario.yaml:8:11", "soon");
        assertThat(directory.resolve("report")).doesNotExist();
    }

    @Test
    void refusesWhatIsNoFileAndWhatIsNoCommandLine() {
        assertThat(run("run", directory.resolve("none"), "--report", directory)).isEqualTo(1);
        assertThat(run("run", READY, "--report", directory, "--jobs", 0)).isEqualTo(2);
        assertThat(run("run", READY)).isEqualTo(2);
    }
}
