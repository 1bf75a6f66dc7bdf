// SPDX-License-Identifier: Apache-2.0
package io.varve.file.tool;

import io.varve.core.directory.DirectoryLock;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.FileNames;
import io.varve.file.partition.OffsetCheckpoint;
import io.varve.file.partition.PartitionMetadata;
import io.varve.file.start.ProgressLog;
import io.varve.file.tool.ScrubReport.Kind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The command {@code bin/varve-scrub.sh}: verifies all that lies in data directories nobody uses, at a bounded rate, and changes
 * nothing.
 */
public final class Scrub {
    private static final String USAGE = """
            Usage: varve-scrub.sh --dir DIR [--dir DIR]... [--rate MB/s]
            Verifies everything in the data directories (log.dirs) of a server that is not running: every batch against its checksum,
            offsets, indexes, checkpoints, partition.metadata, snapshots. Changes nothing.
              --dir DIR    a data directory; all of a server's together, so that duplicates are found
              --rate N     read at most N MB (of 1000000 bytes) a second; without it, as fast as it goes
            Exits with 0 when all is sound, 1 when something is damaged, 2 when it could not be verified.""";

    private static final int SOUND = 0;
    private static final int DAMAGED = 1;
    private static final int FAILED = 2;
    private static final double MEGA = 1e6;

    private final List<Path> directories = new ArrayList<>();
    private final Map<String, Path> seen = new HashMap<>();
    private final ScrubReport report;
    private Throttle throttle;
    private final ProgressLog progress;
    private long bytesPerSecond = Long.MAX_VALUE;

    private Scrub(PrintStream out, PrintStream err, Clock clock) {
        this.report = new ScrubReport(out);
        this.progress = new ProgressLog(clock, err::println);
    }

    /** @param arguments see the usage */
    public static void main(String[] arguments) {
        int exit;
        try (SystemScheduler scheduler = new SystemScheduler(1)) {
            exit = run(List.of(arguments), System.out, System.err, Clock.system(), scheduler);
        }
        System.exit(exit);
    }

    /** @return the exit code */
    static int run(List<String> arguments, PrintStream out, PrintStream err, Clock clock, Scheduler scheduler) {
        Scrub scrub = new Scrub(out, err, clock);
        List<DirectoryLock> locks = new ArrayList<>();
        try {
            if (arguments.contains("--help")) {
                out.println(USAGE);
                return SOUND;
            }
            if (!scrub.parse(arguments)) {
                err.println(USAGE);
                return FAILED;
            }
            for (Path directory : scrub.directories) {
                lock(directory).ifPresent(locks::add);
            }
            scrub.throttle = new Throttle(scrub.bytesPerSecond, clock, scheduler);
            for (Path directory : scrub.directories) {
                scrub.directory(directory);
            }
            scrub.report.print();
            return scrub.report.damages() == 0 ? SOUND : DAMAGED;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return FAILED;
        } catch (IOException e) {
            err.println("Could not verify everything: " + e);
            return FAILED;
        } finally {
            locks.forEach(DirectoryLock::close);
        }
    }

    /** @return false when the usage is to be shown */
    private boolean parse(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i += 2) {
            String value = i + 1 < arguments.size() ? arguments.get(i + 1) : null;
            if (value == null) {
                return false;
            } else if (arguments.get(i).equals("--dir")) {
                for (String name : value.split(",")) {
                    directories.add(existing(Path.of(name.trim())));
                }
            } else if (arguments.get(i).equals("--rate")) {
                bytesPerSecond = rate(value);
            } else {
                return false;
            }
        }
        return !directories.isEmpty();
    }

    private static Path existing(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("--dir " + directory + " is not a directory");
        }
        return directory.toAbsolutePath().normalize();
    }

    /** Nothing found damaged where nothing was found would pass for good news. */
    private static void requireData(Path directory, List<Path> entries) throws IOException {
        boolean used = Files.exists(directory.resolve(DirectoryLock.NAME))
                || Files.exists(directory.resolve(FileNames.RECOVERY_POINTS))
                || Files.exists(directory.resolve(FileNames.CLEAN_SHUTDOWN));
        for (int i = 0; !used && i < entries.size(); i++) {
            used = PartitionMetadata.read(entries.get(i)).isPresent();
        }
        if (!used) {
            throw new IllegalArgumentException(
                    "--dir " + directory
                            + " is not a data directory: there is neither a partition nor a checkpoint in it; name what log.dirs names");
        }
    }

    private static long rate(String text) {
        try {
            double megabytes = Double.parseDouble(text.replaceFirst("(?i) *MB(/s)?$", ""));
            if (megabytes > 0 && megabytes <= Integer.MAX_VALUE) {
                return Math.max(1, (long) (megabytes * MEGA));
            }
        } catch (NumberFormatException e) {
            // falls through to the message
        }
        throw new IllegalArgumentException("--rate is '" + text + "', must be MB per second, above 0");
    }

    /** Keeps servers out; where none has ever been there is nothing to keep. */
    private static Optional<DirectoryLock> lock(Path directory) throws IOException {
        try {
            return DirectoryLock.share(directory);
        } catch (StorageException e) {
            throw new IllegalArgumentException(
                    "--dir " + directory + " is in use (its .lock file is held): stop the server first", e);
        }
    }

    private void directory(Path directory) throws IOException {
        List<Path> partitions;
        try (Stream<Path> entries = Files.list(directory)) {
            partitions = entries.filter(Files::isDirectory).sorted().toList();
        }
        requireData(directory, partitions);
        boolean clean = Files.exists(directory.resolve(FileNames.CLEAN_SHUTDOWN));
        if (!clean) {
            report.note(
                    directory,
                    "was not closed properly: what lies past the recovery points is for the next start to judge");
        }
        Map<String, Long> recovery = checkpoint(directory.resolve(FileNames.RECOVERY_POINTS));
        Map<String, Long> starts = checkpoint(directory.resolve(FileNames.START_OFFSETS));
        Map<String, Long> unmatched = new TreeMap<>(recovery);
        int done = 0;
        for (Path partition : partitions) {
            String name = partition.getFileName().toString();
            unmatched.remove(name);
            if (name.endsWith(FileNames.DELETED_DIRECTORY)) {
                report.note(partition, "was deleted; the next start removes it");
            } else if (name.endsWith(FileNames.STRAY_DIRECTORY)) {
                report.note(partition, "was set aside by a start: no topic's; not looked into");
            } else {
                duplicates(name, partition);
                PartitionScrub.Claims claims = new PartitionScrub.Claims(
                        recovery.getOrDefault(name, 0L), starts.getOrDefault(name, 0L), clean);
                new PartitionScrub(partition, claims, throttle, report, progress).run();
            }
            int now = ++done;
            progress.at(() -> directory + ": " + now + " of " + partitions.size() + " directories, "
                    + (report.bytes() >> 20) + " MiB verified, " + report.damages() + " damages");
        }
        unmatched.forEach((name, offset) -> {
            if (offset > 0) {
                report.damaged(
                        Kind.DIRECTORIES,
                        directory.resolve(name),
                        "is not there, but was durable up to offset " + offset + " (recovery-point-offset-checkpoint)");
            }
        });
    }

    private void duplicates(String name, Path partition) throws IOException {
        if (PartitionMetadata.read(partition).isPresent()) {
            Path other = seen.put(name, partition);
            if (other != null) {
                report.damaged(Kind.DIRECTORIES, partition, "the same partition is also at " + other);
            }
        }
    }

    private Map<String, Long> checkpoint(Path file) throws IOException {
        report.checked(Kind.CHECKPOINTS);
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            return OffsetCheckpoint.parse(file);
        } catch (IllegalArgumentException e) {
            report.damaged(Kind.CHECKPOINTS, file, e.getMessage());
            return Map.of();
        }
    }
}
