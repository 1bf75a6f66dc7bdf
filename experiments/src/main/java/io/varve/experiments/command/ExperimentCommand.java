// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.server.command.CommandLines;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Is {@code bin/varve-experiment.sh}: says what a policy of retention leads to before production does. */
@Command(
        name = "varve-experiment.sh",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = CommandLines.Version.class,
        usageHelpWidth = 110,
        customSynopsis = "varve-experiment.sh COMMAND [OPTION]...",
        description = "Tries policies of retention on a described workload, on the engine itself, in virtual time.",
        commandListHeading = "%nCommands, each with its own --help:%n",
        subcommands = {RunCommand.class, CompareCommand.class, RecordCommand.class, ReplayCommand.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a file cannot be read or run, or the cluster refused",
            "2:the command line is wrong"
        })
public final class ExperimentCommand {
    private final boolean process;

    /** For {@code bin/varve-completion.sh}, which has picocli make it. */
    private ExperimentCommand() {
        this(true);
    }

    private ExperimentCommand(boolean process) {
        this.process = process;
    }

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(run(new ExperimentCommand(true), System.out, System.err, arguments));
    }

    /** @return whether the command is the whole process, and may handle its signals */
    boolean isProcess() {
        return process;
    }

    /** @return the exit code */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        return run(new ExperimentCommand(false), out, err, arguments);
    }

    private static int run(ExperimentCommand command, PrintStream out, PrintStream err, String... arguments) {
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .execute(arguments);
    }
}
