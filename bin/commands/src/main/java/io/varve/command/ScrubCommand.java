// SPDX-License-Identifier: Apache-2.0
package io.varve.command;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageProvider;
import io.varve.file.tool.Scrub;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Verifies the data directories of a file storage that no server uses: {@code bin/varve-scrub.sh}. */
@Command(
        name = "varve-scrub.sh",
        customSynopsis = "varve-scrub.sh --dir DIR [--dir DIR]... [--rate MB/s]",
        description = {
            "Verifies everything in the data directories (log.dirs) of a server that is not running: every batch against its"
                    + " checksum, offsets, indexes, checkpoints, partition.metadata, snapshots. Changes nothing.",
            "Name all of a server's directories together, so that duplicates are found."
        },
        exitCodeList = {"0:all is sound", "1:something is damaged", "2:it could not be verified"})
public final class ScrubCommand extends DirectoryCommand {
    private static final int SOUND = 0;
    private static final int DAMAGED = 1;
    /** The backend whose directories can be verified. */
    private static final String VERIFIED = "file";

    private final Clock clock;
    private final Scheduler scheduler;

    @Option(
            names = "--rate",
            paramLabel = "N",
            converter = Rate.class,
            description = "read at most N MB (of 1000000 bytes) a second; without it, as fast as possible")
    private long bytesPerSecond = Long.MAX_VALUE;

    private ScrubCommand() {
        this(System.out, System.err, Clock.system(), new SystemScheduler(1));
    }

    ScrubCommand(PrintStream out, PrintStream err, Clock clock, Scheduler scheduler) {
        super(out, err);
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(new ScrubCommand().run(arguments));
    }

    @Override
    public Integer call() {
        try {
            List<Path> existing =
                    directories.stream().map(ScrubCommand::existing).toList();
            Scrub scrub = new Scrub(existing, bytesPerSecond, clock, scheduler);
            return scrub.run(out, err::println) ? SOUND : DAMAGED;
        } catch (IllegalArgumentException e) {
            err.println("--dir " + e.getMessage());
            return FAILED;
        } catch (IOException e) {
            err.println("Could not verify everything: " + e);
            return FAILED;
        }
    }

    private static Path existing(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException(directory + " is not a directory");
        }
        for (StorageProvider backend : StorageProvider.all().values()) {
            if (!backend.name().equals(VERIFIED) && !backend.tiers() && backend.holds(directory)) {
                throw new IllegalArgumentException(directory + " has been written with storage.backend="
                        + backend.name() + ": this command verifies files only");
            }
        }
        return directory.toAbsolutePath().normalize();
    }

    /** Parses MB a second, with or without the unit, to bytes a second. */
    private static final class Rate implements ITypeConverter<Long> {
        private static final double MEGA = 1e6;

        @Override
        public Long convert(String text) {
            try {
                double megabytes = Double.parseDouble(text.replaceFirst("(?i) *MB(/s)?$", ""));
                if (megabytes > 0 && megabytes <= Integer.MAX_VALUE) {
                    return Math.max(1, (long) (megabytes * MEGA));
                }
            } catch (NumberFormatException e) {
                // falls through to the one message for every wrong value
            }
            throw new TypeConversionException("'" + text + "' is not MB per second, above 0");
        }
    }
}
