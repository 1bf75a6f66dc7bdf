// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.VarveException;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageProvider;
import io.varve.server.command.CommandLines;
import io.varve.server.config.ConfigError;
import io.varve.server.config.Installation;
import io.varve.server.config.ServerConfig;
import io.varve.server.config.StorageBackends;
import io.varve.server.importer.ImportConfig;
import io.varve.server.importer.ImportSummary;
import io.varve.server.importer.KafkaImport;
import io.varve.server.importer.KafkaSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Imports the log directories of a stopped Kafka: {@code bin/varve-import.sh}. */
@Command(
        name = "varve-import.sh",
        mixinStandardHelpOptions = true,
        versionProvider = CommandLines.Version.class,
        sortOptions = false,
        usageHelpWidth = CommandLines.WIDTH,
        customSynopsis = "varve-import.sh --from KAFKA_LOG_DIR [--from ANOTHER]... [OPTION]...",
        description =
                "Copies topics, records, offsets and transactions of a stopped Kafka into a storage without topics.",
        exitCodeOnInvalidInput = ImportCommand.FAILED,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:everything was imported", "1:nothing was imported; a line says why"})
public final class ImportCommand implements Callable<Integer> {
    static final int FAILED = 1;

    private static final int DONE = 0;
    private static final int BACKGROUND_THREADS = 2;

    private List<Path> from;

    @Option(
            names = "--from",
            paramLabel = "DIR",
            required = true,
            description = "a directory of the log.dirs of a Kafka that was stopped; it is only read")
    private List<Path> named = new ArrayList<>();

    @Option(
            names = "--to",
            paramLabel = "FILE",
            description = "the server.properties to import for (default: config/server.properties)")
    private Path to = Installation.home().resolve("config/server.properties");

    @Option(
            names = "--log-dirs",
            paramLabel = "DIRS",
            description = "import into these directories instead of the ones that FILE names")
    private String logDirs;

    @Option(
            names = "--override",
            paramLabel = "key=value",
            description = "another setting that overrides FILE's; may be repeated")
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--exclude", paramLabel = "TOPIC", description = "leave a topic out; may be repeated")
    private Set<String> exclude = new HashSet<>();

    @Option(names = "--abort-undecided", description = "let transactions without an end count as aborted")
    private boolean abortUndecided;

    @Option(names = "--dry-run", description = "only look, and print what would be imported")
    private boolean dryRun;

    private ImportCommand() {}

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(CommandLines.run(new ImportCommand(), System.out, System.err, arguments));
    }

    @Override
    public Integer call() {
        try {
            run();
            return DONE;
        } catch (VarveException e) {
            System.err.println(CommandLines.line(e));
            return FAILED;
        }
    }

    /** Resolves relative directories of the command line against the working directory. */
    private static String absolute(String directories) {
        List<String> absolute = new ArrayList<>();
        for (String directory : directories.split(",")) {
            absolute.add(Path.of(directory.trim()).toAbsolutePath().toString());
        }
        return String.join(",", absolute);
    }

    private void run() {
        from = named.stream().map(path -> path.toAbsolutePath().normalize()).toList();
        if (logDirs != null) {
            overrides.add("log.dirs=" + absolute(logDirs));
        }
        overrides.add("log.durability=sync"); // records are durable before the topics are
        ServerConfig config = ServerConfig.load(to, overrides, Installation.state());
        StorageBackends.requireOwn(
                config.storage().directories(),
                StorageBackends.named(config.storage().backend()));
        config.storage().directories().forEach(this::checkApart);
        try (KafkaSource source = KafkaSource.open(new ImportConfig(from, exclude, abortUndecided))) {
            List<String> table = ImportSummary.of(source);
            if (!dryRun) {
                importFrom(source, config);
            }
            table.forEach(System.out::println);
        }
    }

    /**
     * Requires that no directory of the storage is, contains or lies in a directory of Kafka: opening a
     * storage writes to its directories, and those of Kafka are only read.
     */
    private void checkApart(Path directory) {
        for (Path kafka : from) {
            Path own = real(directory);
            Path kafkas = real(kafka);
            if (own.startsWith(kafkas) || kafkas.startsWith(own)) {
                throw new ConfigError("--from " + kafka + " and " + directory
                        + " (log.dirs) must be apart: name another directory with --log-dirs");
            }
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException missing) {
            Path parent = path.getParent();
            return parent == null ? path : real(parent).resolve(path.getFileName());
        }
    }

    private static void importFrom(KafkaSource source, ServerConfig config) {
        Clock clock = Clock.system();
        StorageProvider backend = StorageBackends.named(config.storage().backend());
        try (SystemScheduler scheduler = new SystemScheduler(BACKGROUND_THREADS);
                BrokerState state = BrokerState.open(
                        config,
                        backend,
                        ServerTime.of(config.virtualClock(), clock, scheduler),
                        Ids.random(),
                        Metrics.NONE)) {
            new KafkaImport(state.engine(), state.metadata(), clock, System.err::println).run(source);
        }
    }
}
