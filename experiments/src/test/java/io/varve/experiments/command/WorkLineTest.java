// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.experiments.run.RunEstimate;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.ScenarioFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkLineTest {
    private static final String CLICKS = """
            name: clicks
            duration: %s
            topics: [{name: clicks, partitions: 2}]
            producers: [{topic: clicks, rate: 100/s, record-size: 100B, batch: {linger: %s, max: 16KiB}}]
            """;
    private static final String POLICIES = """
            policies: [{name: a-day, retention.ms: 1d}, {name: a-week, retention.ms: 7d}]
            """;

    @TempDir
    private Path directory;

    private final PrintedCommand command = new PrintedCommand();

    private static String line(String duration, String linger, int jobs) throws Exception {
        Scenario scenario = ScenarioFile.parse("clicks", CLICKS.formatted(duration, linger) + POLICIES);
        return WorkLine.of(scenario, RunEstimate.of(scenario), jobs);
    }

    @Test
    void aShortRunNeedsNoAdvice() throws Exception {
        assertThat(line("1h", "5s", 1))
                .matches("2 policies, 1 at a time, 4,4\\d\\d batches in all: about 10 s or less");
    }

    @Test
    void aLongRunIsToldWhatMakesItShorter() throws Exception {
        assertThat(line("7d", "2ms", 2))
                .matches("2 policies, 2 at a time, 1\\d\\d million batches in all: about \\d+ min;"
                        + " --coarsen 1s makes it 2\\.\\d million batches, about 20 s");
    }

    @Test
    void whereLongerBatchesDoNotHelpThereIsOtherAdvice() throws Exception {
        String full = CLICKS.formatted("2000d", "1m").replace("16KiB", "1MiB") + POLICIES;
        Scenario scenario = ScenarioFile.parse("clicks", full);
        assertThat(WorkLine.of(scenario, RunEstimate.of(scenario), 1))
                .endsWith("; a shorter duration, or fewer policies, take less");
    }

    @Test
    void coarseBatchesAreNotedInTheResultOfRunAndReplay() throws Exception {
        Path trace = Files.writeString(directory.resolve("trace.yaml"), CLICKS.formatted("10m", "2ms"));
        Path policies = Files.writeString(directory.resolve("policies.yaml"), POLICIES);
        Path scenario =
                Files.writeString(directory.resolve("scenario.yaml"), CLICKS.formatted("10m", "2ms") + POLICIES);
        Path report = directory.resolve("report");

        assertThat(command.run("replay", trace, "--policies", policies, "--coarsen", "10s", "--report", report))
                .isZero();
        String note = "Batches gathered the records of 10s at least: 2";
        assertThat(command.err()).contains("2 policies, 1 at a time, 2", "batches in all");
        assertThat(command.out()).contains("note: " + note).contains(" % of the bytes produced");
        assertThat(report.resolve("result.json")).content().contains(note);
        assertThat(report.resolve("report.html")).content().contains(note);

        command.forgetOut();
        assertThat(command.run("run", scenario, "--report", report)).isZero();
        assertThat(command.out()).doesNotContain("note:");
        assertThat(command.run("run", scenario, "--report", report, "--coarsen", "2h"))
                .isEqualTo(2);
        assertThat(command.err()).contains("'2h' is not a duration", "from 1ms to 1h");
    }
}
