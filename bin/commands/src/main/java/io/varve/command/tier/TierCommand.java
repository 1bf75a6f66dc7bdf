// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import io.varve.core.VarveException;
import java.io.PrintStream;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;

/** Runs {@code bin/varve-tier.sh}. */
@Command(
        name = "varve-tier.sh",
        mixinStandardHelpOptions = true,
        versionProvider = TierCommand.JarVersion.class,
        usageHelpWidth = TierCommand.WIDTH,
        customSynopsis = "varve-tier.sh COMMAND --config FILE [OPTION]...",
        description = {
            "Looks into the bucket of a server with storage.backend=s3, while it runs or not. FILE is the server's"
                    + " configuration."
        },
        commandListHeading = "%nCommands, each with its own --help:%n",
        subcommands = {TierList.class, TierVerify.class, TierSweep.class, TierCost.class, TierRestore.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, and all is sound",
            "1:something in the bucket is damaged, or the bucket or the server cannot be used",
            "2:the command line or the configuration is wrong"
        })
public final class TierCommand {
    static final int WIDTH = 120;
    static final int DAMAGED = 1;

    private TierCommand() {}

    /** Reads the version from the jar's manifest. */
    static final class JarVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = TierCommand.class.getPackage().getImplementationVersion();
            return new String[] {"Varve " + (version == null ? "(not from a jar)" : version)};
        }
    }

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /** @return the exit code */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF); // an option given twice: the last one counts
        return new CommandLine(new TierCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setExpandAtFiles(false)
                .setOverwrittenOptionsAllowed(true)
                .setExecutionExceptionHandler(TierCommand::report)
                .execute(arguments);
    }

    private static int report(Exception failure, CommandLine line, CommandLine.ParseResult parsed) throws Exception {
        if (failure instanceof VarveException || failure instanceof java.io.IOException) {
            line.getErr().println(failure.getMessage());
            return DAMAGED;
        }
        throw failure;
    }
}
