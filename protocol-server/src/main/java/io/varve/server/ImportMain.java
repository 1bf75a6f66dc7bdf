// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.VarveException;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageProvider;
import io.varve.server.config.ConfigError;
import io.varve.server.config.ServerConfig;
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

/** The program behind {@code varve-import.sh}: takes over the log directories of a stopped Kafka. */
public final class ImportMain {
    private static final String USAGE = """
            Usage: varve-import.sh --from KAFKA_LOG_DIR [--from ANOTHER]... [options]
              --from DIR             a directory of the log.dirs of a Kafka that was stopped; it is only read
              --to FILE              the server.properties to import for (default: config/server.properties)
              --log-dirs DIRS        import into these directories instead of those FILE names
              --override key=value   another setting stronger than FILE's
              --exclude TOPIC        leave a topic out
              --abort-undecided      let transactions without an end count as aborted
              --dry-run              only look, and print what would be imported""";

    private static final int BACKGROUND_THREADS = 2;

    private final List<Path> from = new ArrayList<>();
    private final Set<String> exclude = new HashSet<>();
    private final List<String> overrides = new ArrayList<>();
    private final Path home = Path.of(System.getProperty("varve.home", ""));
    private Path to = home.resolve("config/server.properties");
    private boolean abortUndecided;
    private boolean dryRun;

    private ImportMain() {}

    /**
     * Imports, and exits with 0, or with 1 and one line that says why nothing was imported.
     *
     * @param arguments as the usage says
     */
    public static void main(String[] arguments) {
        if (List.of(arguments).contains("--help")) {
            System.out.println(USAGE);
            return;
        }
        ImportMain program = new ImportMain();
        if (!program.parse(List.of(arguments)) || program.from.isEmpty()) {
            System.err.println(USAGE);
            System.exit(1);
        }
        try {
            program.run();
        } catch (VarveException e) {
            System.err.println(Main.line(e));
            System.exit(1);
        }
    }

    private boolean parse(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String option = arguments.get(i);
            if (option.equals("--dry-run")) {
                dryRun = true;
            } else if (option.equals("--abort-undecided")) {
                abortUndecided = true;
            } else if (i + 1 == arguments.size() || !take(option, arguments.get(++i))) {
                return false;
            }
        }
        return true;
    }

    private boolean take(String option, String value) {
        switch (option) {
            case "--from" -> from.add(Path.of(value).toAbsolutePath().normalize());
            case "--to" -> to = Path.of(value);
            case "--log-dirs" -> overrides.add("log.dirs=" + absolute(value));
            case "--override" -> overrides.add(value);
            case "--exclude" -> exclude.add(value);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** On the command line relative directories count from where one stands. */
    private static String absolute(String directories) {
        List<String> absolute = new ArrayList<>();
        for (String directory : directories.split(",")) {
            absolute.add(Path.of(directory.trim()).toAbsolutePath().toString());
        }
        return String.join(",", absolute);
    }

    private void run() {
        overrides.add("log.durability=sync"); // records are durable before the topics are
        ServerConfig config = ServerConfig.load(to, overrides, home);
        config.storage().directories().forEach(this::checkApart);
        try (KafkaSource source = KafkaSource.open(new ImportConfig(from, exclude, abortUndecided))) {
            List<String> table = ImportSummary.of(source);
            if (!dryRun) {
                adopt(source, config);
            }
            table.forEach(System.out::println);
        }
    }

    /** Opening a storage writes to its directories: none of them may be, contain, or lie in one that is only to be read. */
    private void checkApart(Path directory) {
        BrokerState.requireNotKafkas(directory);
        for (Path kafka : from) {
            Path ours = real(directory);
            Path theirs = real(kafka);
            if (ours.startsWith(theirs) || theirs.startsWith(ours)) {
                throw new ConfigError("--from " + kafka + " and " + directory
                        + " (log.dirs) must be apart: name another directory with --log-dirs");
            }
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException notThereYet) {
            Path parent = path.getParent();
            return parent == null ? path : real(parent).resolve(path.getFileName());
        }
    }

    private static void adopt(KafkaSource source, ServerConfig config) {
        Clock clock = Clock.system();
        StorageProvider backend = VarveServer.backend(config.storage());
        try (SystemScheduler scheduler = new SystemScheduler(BACKGROUND_THREADS);
                BrokerState rooms = BrokerState.open(config, backend, clock, scheduler, Ids.random())) {
            new KafkaImport(rooms.engine(), rooms.metadata(), clock, System.err::println).run(source);
        }
    }
}
