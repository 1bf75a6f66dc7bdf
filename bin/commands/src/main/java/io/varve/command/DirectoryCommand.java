// SPDX-License-Identifier: Apache-2.0
package io.varve.command;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/**
 * Reads a command line that names data directories, and runs a subclass on them. A subclass lists its exit
 * codes in its help; 2 always stands for a wrong command line.
 */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = DirectoryCommand.Version.class,
        sortOptions = false,
        usageHelpWidth = 120,
        exitCodeListHeading = "%nExit codes:%n")
abstract class DirectoryCommand implements Callable<Integer> {
    static final int FAILED = CommandLine.ExitCode.USAGE;

    /** Reads the version from the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = DirectoryCommand.class.getPackage().getImplementationVersion();
            return new String[] {"Varve " + (version == null ? "(not from a jar)" : version)};
        }
    }

    final PrintStream out;
    final PrintStream err;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            required = true,
            split = "\\s*,\\s*",
            description = "a data directory; may be repeated, or name several, separated by commas, as log.dirs does")
    List<Path> directories = new ArrayList<>();

    DirectoryCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** @return the exit code */
    final int run(String... arguments) {
        CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF); // an option given twice: the last one counts
        return new CommandLine(this)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setExpandAtFiles(false)
                .setOverwrittenOptionsAllowed(true)
                .execute(arguments);
    }
}
