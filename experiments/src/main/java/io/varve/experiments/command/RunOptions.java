// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.core.runtime.Clock;
import io.varve.experiments.report.ReportPage;
import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.ResultFiles;
import io.varve.experiments.run.CoarseBatches;
import io.varve.experiments.run.Experiment;
import io.varve.experiments.run.RunEstimate;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.ScenarioException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a scenario as the options of a command say; mixed into commands. */
final class RunOptions {
    static final int DONE = 0;
    static final int REFUSED = 1;

    @Option(names = "--report", paramLabel = "DIR", required = true, description = "where the results go")
    private Path report;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "1",
            description = "policies that run at a time; the results are the same. ${DEFAULT-VALUE} if not given")
    private int jobs;

    @Option(
            names = "--coarsen",
            paramLabel = "TIME",
            converter = LingerConverter.class,
            description =
                    "a batch gathers the records of so long at least, for instance 1s: fewer batches take less time."
                            + " The result says how many bytes of headers it lacks")
    private Long coarsenMs;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** Reads a scenario from files. */
    interface Source {
        Scenario read() throws ScenarioException, IOException;
    }

    /**
     * Runs a scenario, writes the results and copies of the files, and prints the policies by rank.
     *
     * @param files that the scenario is read from, by the names of their copies
     * @return the exit code
     */
    int run(Map<String, Path> files, Source source) throws IOException, InterruptedException {
        if (jobs < 1) {
            throw new ParameterException(command.commandLine(), "--jobs " + jobs + ": must be 1 or more");
        }
        PrintWriter err = command.commandLine().getErr();
        for (Path file : files.values()) {
            if (!Files.isRegularFile(file)) {
                err.println(file + " is not a file");
                return REFUSED;
            }
        }
        Path storages = Files.createTempDirectory("varve-experiment-");
        try {
            ExperimentResult result = run(source.read(), storages);
            ResultFiles.write(report, result);
            ReportPage.write(report, result);
            for (Map.Entry<String, Path> file : files.entrySet()) {
                Files.copy(file.getValue(), report.resolve(file.getKey()), StandardCopyOption.REPLACE_EXISTING);
            }
            PolicyTable.lines(result).forEach(command.commandLine().getOut()::println);
            result.about()
                    .notes()
                    .forEach(note -> command.commandLine().getOut().println("note: " + note));
            return DONE;
        } catch (ScenarioException | IllegalArgumentException e) {
            err.println(e.getMessage());
            return REFUSED;
        } finally {
            remove(storages);
        }
    }

    private ExperimentResult run(Scenario scenario, Path storages) throws InterruptedException {
        RunEstimate estimate = RunEstimate.of(scenario);
        if (coarsenMs == null) {
            return run(scenario, estimate, storages);
        }
        Scenario coarse = CoarseBatches.of(scenario, coarsenMs);
        RunEstimate less = RunEstimate.of(coarse);
        ExperimentResult result = run(coarse, less, storages);
        String note = WorkLine.coarsened(coarsenMs, estimate.work(), less.work());
        return new ExperimentResult(result.about().with(note), result.policies());
    }

    private ExperimentResult run(Scenario scenario, RunEstimate estimate, Path storages) throws InterruptedException {
        command.commandLine().getErr().println(WorkLine.of(scenario, estimate, jobs));
        try (VirtualProgress progress = new VirtualProgress(
                command.commandLine().getErr(), scenario.policies().size(), Clock.system(), System.console() != null)) {
            return Experiment.run(scenario, storages, jobs, progress);
        }
    }

    private static void remove(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.walk(directory)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
