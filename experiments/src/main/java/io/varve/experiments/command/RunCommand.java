// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.experiments.report.ReportPage;
import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.ResultFiles;
import io.varve.experiments.run.Experiment;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.ScenarioException;
import io.varve.experiments.scenario.ScenarioFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a scenario, writes what was measured, and prints the policies by rank. */
@Command(
        name = "run",
        sortOptions = false,
        usageHelpWidth = 110,
        description = {
            "Runs each policy of a scenario, and writes a page with charts, result.json, and tables as CSV.",
            "The same scenario and seed give the same bytes."
        })
final class RunCommand implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int REFUSED = 1;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    private boolean help;

    @Parameters(paramLabel = "FILE", description = "the scenario, such as config/experiments/retention-week.yaml")
    private Path file;

    @Option(names = "--report", paramLabel = "DIR", required = true, description = "where the results go")
    private Path report;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "1",
            description = "policies that run at a time; the results are the same. ${DEFAULT-VALUE} if not given")
    private int jobs;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (jobs < 1) {
            throw new ParameterException(spec.commandLine(), "--jobs " + jobs + ": must be 1 or more");
        }
        PrintWriter err = spec.commandLine().getErr();
        if (!Files.isRegularFile(file)) {
            err.println(file + " is not a file: name a scenario");
            return REFUSED;
        }
        Path storages = Files.createTempDirectory("varve-experiment-");
        try {
            Scenario scenario = ScenarioFile.read(file);
            ExperimentResult result = Experiment.run(scenario, storages, jobs, new VirtualProgress(err));
            ResultFiles.write(report, result);
            ReportPage.write(report, result);
            Files.copy(file, report.resolve("scenario.yaml"), StandardCopyOption.REPLACE_EXISTING);
            PolicyTable.lines(result).forEach(spec.commandLine().getOut()::println);
            return DONE;
        } catch (ScenarioException | IllegalArgumentException e) {
            err.println(e.getMessage());
            return REFUSED;
        } finally {
            remove(storages);
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
