// SPDX-License-Identifier: Apache-2.0
package io.varve.file.tool;

import io.varve.core.directory.DirectoryLock;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.FileNames;
import io.varve.file.partition.OffsetCheckpoint;
import io.varve.file.partition.PartitionMetadata;
import io.varve.file.ring.RingContent;
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
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Verifies all files in data directories that no server uses, at a bounded rate, and changes nothing: every
 * batch by its checksum, offsets, indexes, checkpoints, {@code partition.metadata}, snapshots. It runs once,
 * on one thread.
 */
public final class Scrub {
    private final List<Path> directories;
    private final Map<String, Path> seen = new HashMap<>();
    private final Throttle throttle;
    private final Clock clock;
    private ScrubReport report;
    private ProgressLog progress;

    /**
     * @param directories all data directories of a server, so that duplicates are found
     * @param bytesPerSecond max bytes to read a second, above 0; Long.MAX_VALUE for no limit
     */
    public Scrub(List<Path> directories, long bytesPerSecond, Clock clock, Scheduler scheduler) {
        this.directories = List.copyOf(directories);
        this.throttle = new Throttle(bytesPerSecond, clock, scheduler);
        this.clock = clock;
    }

    /**
     * Verifies the directories, holding their locks.
     *
     * @param out gets a line for each damage and each note, and a table at the end
     * @param progressLines gets a line about the progress every two seconds
     * @return true if no damage was found
     * @throws IllegalArgumentException if a directory is in use, or holds no data; the message begins with
     *     its path
     * @throws IOException if a file could not be read
     */
    public boolean run(PrintStream out, Consumer<String> progressLines) throws IOException {
        report = new ScrubReport(out);
        progress = new ProgressLog(clock, progressLines);
        List<DirectoryLock> locks = new ArrayList<>();
        try {
            for (Path directory : directories) {
                lock(directory).ifPresent(locks::add);
            }
            for (Path directory : directories) {
                directory(directory);
            }
        } finally {
            locks.forEach(DirectoryLock::close);
        }
        report.print();
        return report.damages() == 0;
    }

    /** Refuses a directory without data: "no damage" would be a misleading answer. */
    private static void requireData(Path directory, List<Path> entries) throws IOException {
        boolean used = Files.exists(directory.resolve(DirectoryLock.NAME))
                || Files.exists(directory.resolve(FileNames.RECOVERY_POINTS))
                || Files.exists(directory.resolve(FileNames.CLEAN_SHUTDOWN));
        for (int i = 0; !used && i < entries.size(); i++) {
            used = PartitionMetadata.read(entries.get(i)).isPresent();
        }
        if (!used) {
            throw new IllegalArgumentException(
                    directory
                            + " is not a data directory: there is neither a partition nor a checkpoint in it; name what log.dirs names");
        }
    }

    /**
     * Locks a directory, so that no server can use it. Without a lock file no server has ever used it, and
     * there is nothing to lock.
     */
    private static Optional<DirectoryLock> lock(Path directory) throws IOException {
        try {
            return DirectoryLock.lockShared(directory);
        } catch (StorageException e) {
            throw new IllegalArgumentException(
                    directory + " is in use (its .lock file is held): stop the server first", e);
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
        ring(directory.resolve(FileNames.RING));
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

    private void ring(Path ring) throws IOException {
        RingContent content = RingContent.read(ring);
        if (!content.damage().isEmpty()) {
            report.damaged(Kind.CHECKPOINTS, ring, content.damage());
        } else if (!content.isEmpty()) {
            report.note(ring, "has commits that the next start writes to the logs");
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
