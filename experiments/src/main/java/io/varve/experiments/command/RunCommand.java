// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.experiments.scenario.ScenarioFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

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
    @Mixin
    private HelpOption help;

    @Parameters(paramLabel = "FILE", description = "the scenario, such as config/experiments/retention-week.yaml")
    private Path file;

    @Mixin
    private RunOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return options.run(Map.of("scenario.yaml", file), () -> ScenarioFile.read(file));
    }
}
