// SPDX-License-Identifier: Apache-2.0
package io.varve.server.doctor;

import io.varve.core.runtime.Clock;
import io.varve.server.cluster.Endpoint;
import io.varve.server.command.CommandLines;
import io.varve.server.config.ConfigError;
import io.varve.server.config.Installation;
import io.varve.server.config.ServerConfig;
import io.varve.server.config.StorageBackends;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at the machine of a server, running or not: {@code bin/varve-doctor.sh}. */
@Command(
        name = "varve-doctor.sh",
        mixinStandardHelpOptions = true,
        versionProvider = CommandLines.Version.class,
        sortOptions = false,
        usageHelpWidth = CommandLines.WIDTH,
        customSynopsis = "varve-doctor.sh [config/server.properties] [--override key=value]...",
        description = {
            "Looks at what a server needs from this machine, running or not: its configuration, data directories, clock, limits,"
                    + " ports, certificates. Says what is wrong, and what to do about it.",
            "Run it as the user who starts the server. It writes a small file into each data directory, and deletes it."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:no problem was found", "1:a problem was found", "2:the command line is wrong"})
public final class DoctorCommand implements Callable<Integer> {
    private static final int SOUND = 0;
    private static final int PROBLEM = 1;
    private static final Path PROC = Path.of("/proc");

    private final Clock clock = Clock.system();

    @Parameters(
            arity = "0..1",
            paramLabel = "config/server.properties",
            defaultValue = "${sys:varve.home:-.}/config/server.properties",
            description = "the server's configuration; ${DEFAULT-VALUE} if not given")
    private Path file;

    @Option(
            names = "--override",
            paramLabel = "key=value",
            description = "a setting that overrides the file's, as for kafka-server-start.sh; may be repeated")
    private List<String> overrides = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    private DoctorCommand() {}

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(CommandLines.run(new DoctorCommand(), System.out, System.err, arguments));
    }

    @Override
    public Integer call() {
        List<Finding> found = new ArrayList<>(new LimitsExam(
                        PROC,
                        System.getenv("KAFKA_HEAP_OPTS"),
                        Runtime.version().feature())
                .examine());
        try {
            ServerConfig config = ServerConfig.load(file, overrides, Installation.state());
            found.add(0, Finding.ok(file + " is valid"));
            found.addAll(new SettingsFileExam(file).examine());
            config.warnings()
                    .forEach(warning -> found.add(Finding.note(
                            warning,
                            warning.contains(ServerConfig.IGNORED)
                                    ? "Remove it, or spell it as the server does."
                                    : "It may be meant: the server starts with it.")));
            found.addAll(examine(config));
        } catch (ConfigError e) {
            found.add(0, Finding.problem(e.getMessage(), "Correct it: the server does not start."));
        }
        return print(found);
    }

    private List<Finding> examine(ServerConfig config) {
        List<Finding> found = new ArrayList<>();
        boolean running = false;
        for (Path directory : config.storage().directories()) {
            DirectoryExam exam = new DirectoryExam(
                    directory, clock, config.storage().backend().equals("file"), DirectoryExam::isUsable);
            running |= exam.inUse();
            found.addAll(exam.examine());
        }
        found.addAll(new StorageExam(
                        config.storage(), StorageBackends.named(config.storage().backend()), clock)
                .examine());
        if (config.virtualClock()) {
            found.add(Finding.note("the server's clock is moved by clients (clock=virtual)", "It is for tests only."));
        }
        List<Endpoint> bound = new ArrayList<>(config.net().listeners());
        found.addAll(new SecurityExam(config.security().values(), clock).examine());
        bound.addAll(config.http().listeners());
        found.addAll(new PortExam(bound, config.advertised(), running, new PortHolders(PROC)).examine());
        return found;
    }

    private int print(List<Finding> found) {
        PrintWriter out = spec.commandLine().getOut();
        for (Finding finding : found) {
            out.printf("%-8s %s%n", finding.level(), finding.what());
            if (!finding.advice().isEmpty()) {
                out.printf("%-8s %s%n", "", finding.advice());
            }
        }
        long problems = found.stream()
                .filter(finding -> finding.level() == Finding.Level.PROBLEM)
                .count();
        out.println(problems == 0 ? "No problem was found." : "Problems: " + problems);
        out.flush();
        return problems == 0 ? SOUND : PROBLEM;
    }
}
