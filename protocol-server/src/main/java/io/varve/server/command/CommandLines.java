// SPDX-License-Identifier: Apache-2.0
package io.varve.server.command;

import io.varve.core.VarveException;
import io.varve.core.spi.StorageException;
import java.io.PrintStream;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;

/** Runs commands annotated for picocli, all with one set of rules. Stateless. */
public final class CommandLines {
    /** Width of printed help, in characters. */
    public static final int WIDTH = 120;

    /** Reads the version of the server from the manifest of its jar. */
    public static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"Varve " + version()};
        }
    }

    private CommandLines() {}

    /** @return the version in the manifest of the server's jar, or words that say that there is none */
    public static String version() {
        String version = CommandLines.class.getPackage().getImplementationVersion();
        return version == null ? "(not from a jar)" : version;
    }

    /**
     * Parses a command line and runs the command. If an option is given twice, the last one counts. Prints
     * without colours.
     *
     * @param command annotated as a picocli command
     * @param out where help and version are printed
     * @param err where an invalid command line is reported, with the usage
     * @return the exit code: the command's, 0 after help, or the command's code for an invalid command line
     */
    public static int run(Object command, PrintStream out, PrintStream err, String... arguments) {
        CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setExpandAtFiles(false)
                .setOverwrittenOptionsAllowed(true)
                .execute(arguments);
    }

    /** @return the message without the kind of failure, which is for programs */
    public static String line(VarveException failure) {
        return failure instanceof StorageException storage ? storage.reason() : failure.getMessage();
    }
}
