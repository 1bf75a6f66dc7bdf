// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Is {@code bin/varve-experiment.sh}: says what a policy of retention leads to before production does. */
@Command(
        name = "varve-experiment.sh",
        sortOptions = false,
        usageHelpWidth = 110,
        customSynopsis = "varve-experiment.sh COMMAND [OPTION]...",
        description = "Tries policies of retention on a described workload, on the engine itself, in virtual time.",
        commandListHeading = "%nCommands, each with its own --help:%n",
        subcommands = {RunCommand.class, CompareCommand.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the scenario or the results cannot be read, or not be run",
            "2:the command line is wrong"
        })
public final class ExperimentCommand {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    private boolean help;

    private ExperimentCommand() {}

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /** @return the exit code */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        return new CommandLine(new ExperimentCommand())
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .execute(arguments);
    }
}
