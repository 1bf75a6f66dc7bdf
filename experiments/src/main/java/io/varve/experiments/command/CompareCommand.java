// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.experiments.report.ComparePage;
import io.varve.experiments.report.MatchedResults;
import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.ResultFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares two results, in the terminal and as a page. */
@Command(
        name = "compare",
        sortOptions = false,
        usageHelpWidth = 110,
        description = {
            "Compares what two runs wrote: policies of the same name, in bytes, cost, misses and constraints.",
            "Prints a table, and writes a page with charts of both."
        })
final class CompareCommand implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int REFUSED = 1;

    @Mixin
    private HelpOption help;

    @Parameters(index = "0", paramLabel = "FIRST", description = "what --report of a run named")
    private Path first;

    @Parameters(index = "1", paramLabel = "SECOND", description = "what --report of another run named")
    private Path second;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "compare.html",
            description = "where the page goes. ${DEFAULT-VALUE} if not given")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            ExperimentResult before = ResultFiles.read(first);
            ExperimentResult after = ResultFiles.read(second);
            MatchedResults matched = MatchedResults.of(before, after);
            if (matched.pairs().isEmpty()) {
                err.println("No policy is in both: " + first + " has " + names(matched.onlyFirst()) + "; " + second
                        + " has " + names(matched.onlySecond()));
                return REFUSED;
            }
            ComparisonTable.lines(first.toString(), second.toString(), matched)
                    .forEach(spec.commandLine().getOut()::println);
            new ComparePage(first.toString(), before, second.toString(), after).write(out, matched);
            return DONE;
        } catch (IOException e) {
            err.println(e.getMessage());
            return REFUSED;
        }
    }

    private static String names(List<String> policies) {
        return policies.isEmpty() ? "none" : String.join(", ", policies);
    }
}
