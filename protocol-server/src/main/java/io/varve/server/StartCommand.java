// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.server.command.CommandLines;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Parses the server's command line: {@code config/server.properties [--override key=value]...}. */
@Command(
        name = "kafka-server-start.sh",
        mixinStandardHelpOptions = true,
        versionProvider = CommandLines.Version.class,
        usageHelpWidth = CommandLines.WIDTH,
        customSynopsis = "kafka-server-start.sh [-daemon] config/server.properties [--override key=value]...",
        description = "Starts a server, which runs until it is told to stop: by kafka-server-stop.sh, or Ctrl-C.",
        footer = "With -daemon, which comes first, it runs in the background.",
        exitCodeOnInvalidInput = StartCommand.FAILED,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it was told to stop, and did", "1:it could not start"})
final class StartCommand implements Runnable {
    static final int FAILED = 1;

    private static final String OVERRIDE = "--override";

    @Parameters(paramLabel = "config/server.properties", description = "the configuration, which that file describes")
    private Path file;

    @Option(
            names = OVERRIDE,
            paramLabel = "key=value",
            description = "a setting that overrides the file's; may be repeated")
    private List<String> overrides = new ArrayList<>();

    private final BiConsumer<Path, List<String>> start;

    private StartCommand(BiConsumer<Path, List<String>> start) {
        this.start = start;
    }

    /**
     * Starts the server if the command line is valid and does not ask for help. A plain command line, as the
     * scripts pass it, is parsed without picocli: loading picocli would add a tenth of a second to every
     * start, because its class files are too old for class data sharing.
     *
     * @param start runs the server with the file and the overrides, and returns when the server has ended
     * @return the exit code
     */
    static int run(String[] arguments, PrintStream out, PrintStream err, BiConsumer<Path, List<String>> start) {
        if (!isPlain(arguments)) {
            return CommandLines.run(new StartCommand(start), out, err, arguments);
        }
        List<String> overrides = new ArrayList<>();
        for (int i = 2; i < arguments.length; i += 2) {
            overrides.add(arguments[i]);
        }
        start.accept(Path.of(arguments[0]), overrides);
        return 0;
    }

    /** @return true for {@code FILE [--override VALUE]...}, where FILE does not begin with a dash */
    private static boolean isPlain(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            boolean option = i % 2 == 1;
            if (option ? !arguments[i].equals(OVERRIDE) : arguments[i].startsWith("-")) {
                return false;
            }
        }
        return arguments.length % 2 == 1;
    }

    @Override
    public void run() {
        start.accept(file, overrides);
    }
}
