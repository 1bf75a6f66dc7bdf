// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.ScenarioException;
import io.varve.experiments.scenario.ScenarioFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs recorded traffic against policies. */
@Command(
        name = "replay",
        sortOptions = false,
        usageHelpWidth = 110,
        description = {
            "Runs the traffic of a trace, as record writes it, against each of some policies.",
            "A trace is a scenario without policies: its backend, consumers and constraints count, if it has any."
        })
final class ReplayCommand implements Callable<Integer> {
    @Mixin
    private HelpOption help;

    @Parameters(paramLabel = "TRACE", description = "what record wrote, such as orders.trace.yaml")
    private Path trace;

    @Option(
            names = "--policies",
            paramLabel = "FILE",
            required = true,
            description = "policies, and constraints, such as config/experiments/policies.yaml")
    private Path policies;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = SpanConverter.class,
            description = "how long the traffic goes on, for instance 14d, instead of what the trace says")
    private Long durationMs;

    @Mixin
    private RunOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return options.run(Map.of("trace.yaml", trace, "policies.yaml", policies), this::read);
    }

    private Scenario read() throws ScenarioException, IOException {
        Scenario scenario = ScenarioFile.read(trace, policies);
        return Optional.ofNullable(durationMs)
                .map(ms -> scenario.with(scenario.timing().lasting(ms)))
                .orElse(scenario);
    }
}
