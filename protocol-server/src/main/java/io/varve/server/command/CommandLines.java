// SPDX-License-Identifier: Apache-2.0
package io.varve.server.command;

import java.io.PrintStream;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;

/** Runs commands that picocli's annotations describe, all of them by the same rules. Stateless. */
public final class CommandLines {
    /** How wide help is printed, in characters. */
    public static final int WIDTH = 120;

    /** Says which version of the server this is. */
    public static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = CommandLines.class.getPackage().getImplementationVersion(); // from the jar's manifest
            return new String[] {"Varve " + (version == null ? "(not from a jar)" : version)};
        }
    }

    private CommandLines() {}

    /**
     * Reads a command line and runs the command. Of an option given twice the last one counts. Nothing is
     * printed in colours.
     *
     * @param command annotated as a picocli command
     * @param out gets help and version
     * @param err gets what is wrong with the command line, and how it should be
     * @return the exit code: the command's, 0 after help, or the one the command has for a wrong line
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
}
