// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.experiments.result.ConstraintResult;
import io.varve.experiments.result.Costs;
import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.ExperimentSummary;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.PolicySummary;
import io.varve.experiments.result.ResultFiles;
import io.varve.experiments.result.Totals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
    private static final long GIB = 1L << 30;
    private static final long DAY = 86_400_000;

    @TempDir
    private Path directory;

    private final PrintedCommand command = new PrintedCommand();

    private int compare(Path first, Path second) {
        return command.run("compare", first, second, "--out", directory.resolve("page.html"));
    }

    private Path write(String name, long seed, PolicyResult... policies) throws IOException {
        Path where = directory.resolve(name);
        ExperimentSummary about = new ExperimentSummary(
                "week", "", "headers", seed, 1, 0, 7 * DAY, 3_600_000, "list", "fixed", List.of());
        ResultFiles.write(where, new ExperimentResult(about, List.of(policies)));
        return where;
    }

    private static PolicyResult policy(String name, long gib, long missed) {
        Totals totals = new Totals(0, 0, 0, 0, 0, 1, 0, 0, 0, gib * GIB, 0, 0, 0, -1, 3 * DAY, 0, 0, 0, 0, missed);
        PolicySummary summary = new PolicySummary(
                name,
                1,
                Map.of(),
                totals,
                new Costs(0, 0, 0, 0, 0, 0, 0, gib / 10.0),
                List.of(new ConstraintResult("no consumer loses data", missed == 0, missed, "records")));
        return new PolicyResult(summary, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    private Stream<String> printed() {
        return command.out().lines().map(line -> line.replaceAll(" +", " ").strip());
    }

    @Test
    void comparesPoliciesOfTheSameName() throws IOException {
        Path first = write("a", 1, policy("short", 100, 7), policy("gone", 1, 0));
        Path second = write("b", 2, policy("short", 150, 0), policy("added", 1, 0));
        assertThat(compare(first, second)).isZero();

        assertThat(printed())
                .contains(
                        "differs: seed: 1 and 2",
                        "short GiB, max local 100.0 150.0 +50.0 %",
                        "days, oldest 3.00 3.00",
                        "$/month 10.00 15.00 +50.0 %",
                        "missed records 7 0 -100.0 %",
                        "constraint FAIL pass no consumer loses data",
                        "gone: only in " + first,
                        "added: only in " + second)
                .noneMatch(line -> line.contains("max bucket"));
        assertThat(directory.resolve("page.html")).content().contains("<h", "uPlot", "\"onlyFirst\":[\"gone\"]");
        assertThat(command.err()).isEmpty();
    }

    @Test
    void refusesWhatIsNoResultOrNotAWholeOne() throws IOException {
        Path first = write("a", 1, policy("short", 100, 7));
        assertThat(compare(first, directory.resolve("none"))).isEqualTo(1);
        assertThat(command.err()).contains("none is not the result of an experiment");

        Files.delete(first.resolve("reads.csv"));
        assertThat(compare(first, first)).isEqualTo(1);
        assertThat(command.err()).contains("reads.csv: is absent");
        assertThat(directory.resolve("page.html")).doesNotExist();
    }

    @Test
    void refusesAnotherFormat() throws IOException {
        Path first = write("a", 1, policy("short", 100, 7));
        Path json = first.resolve("result.json");
        Files.writeString(json, Files.readString(json).replace("\"format\" : 1", "\"format\" : 9"));
        assertThat(compare(first, first)).isEqualTo(1);
        assertThat(command.err()).contains("result.json: has format 9, this version reads");
    }

    @Test
    void saysThatNoPolicyIsInBoth() throws IOException {
        Path first = write("a", 1, policy("short", 100, 7));
        Path second = write("b", 1, policy("long", 100, 7));
        assertThat(compare(first, second)).isEqualTo(1);
        assertThat(command.err()).contains("No policy is in both", "short", "long");
    }
}
