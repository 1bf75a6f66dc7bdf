// SPDX-License-Identifier: Apache-2.0
package io.varve.file.tool;

import io.varve.file.disk.FileNames;
import io.varve.file.partition.FileSnapshots;
import io.varve.file.partition.KafkaSnapshotKind;
import io.varve.file.partition.PartitionMetadata;
import io.varve.file.start.ProgressLog;
import io.varve.file.tool.ScrubReport.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Verifies one partition's directory: its metadata, file names, segments and snapshots, and its checkpoint
 * entries. Changes nothing.
 */
final class PartitionScrub {
    /**
     * The partition's state as the data directory has it.
     *
     * @param durableEnd the recovery point, or 0 when there is none
     * @param start the log start offset
     * @param clean whether the directory was closed properly
     */
    record Claims(long durableEnd, long start, boolean clean) {}

    private final Path directory;
    private final Claims claims;
    private final Throttle throttle;
    private final ScrubReport report;
    private final ProgressLog progress;

    PartitionScrub(Path directory, Claims claims, Throttle throttle, ScrubReport report, ProgressLog progress) {
        this.directory = directory;
        this.claims = claims;
        this.throttle = throttle;
        this.report = report;
        this.progress = progress;
    }

    void run() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.sorted().toList();
        }
        TreeSet<Long> bases = new TreeSet<>();
        List<Path> snapshots = new ArrayList<>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            long base = FileNames.offset(name, FileNames.LOG);
            if (base >= 0) {
                bases.add(base);
            } else if (KafkaSnapshotKind.ofFile(name) != null || name.endsWith(FileNames.SNAPSHOT)) {
                snapshots.add(file);
            } else if (FileNames.isUnfinished(name)) {
                report.note(file, "left by something that did not finish; the next start sees to it");
            } else if (name.endsWith(FileNames.STRAY) || !FileNames.isKnown(name)) {
                report.note(file, "is no file of a partition");
            }
        }
        if (PartitionMetadata.read(directory).isEmpty()) {
            if (bases.isEmpty()) {
                report.note(directory, "is not a partition (no name-number with a partition.metadata in it)");
                return;
            }
            report.damaged(
                    Kind.DIRECTORIES,
                    directory,
                    "has segments, but no sound partition.metadata and name-number: it is not served");
        }
        report.checked(Kind.DIRECTORIES);
        requireIndexesHaveLogs(files, bases);
        segments(bases);
        for (Path snapshot : snapshots) {
            report.checked(Kind.SNAPSHOTS);
            if (!FileSnapshots.isSound(snapshot)) {
                report.damaged(
                        Kind.SNAPSHOTS,
                        snapshot,
                        "does not match its checksum, or is not in its format; an older one and the log take its place");
            }
        }
    }

    private void requireIndexesHaveLogs(List<Path> files, TreeSet<Long> bases) {
        for (Path file : files) {
            String name = file.getFileName().toString();
            for (String suffix : List.of(FileNames.INDEX, FileNames.TIME_INDEX)) {
                long base = FileNames.offset(name, suffix);
                if (base >= 0 && !bases.contains(base)) {
                    report.damaged(Kind.SEGMENTS, file, "is an index, but the segment's log is not there");
                }
            }
        }
    }

    private void segments(TreeSet<Long> bases) throws IOException {
        long end = 0;
        for (long base : bases) {
            Long next = bases.higher(base);
            SegmentScrub.Place place =
                    new SegmentScrub.Place(base, next == null ? -1 : next, claims.durableEnd(), claims.clean());
            Path log = directory.resolve(FileNames.name(base, FileNames.LOG));
            end = new SegmentScrub(log, place, throttle, report, progress).run();
        }
        if (end < claims.durableEnd()) {
            report.damaged(
                    Kind.SEGMENTS,
                    directory,
                    "ends at offset " + end + ", but was durable up to " + claims.durableEnd()
                            + " (recovery-point-offset-checkpoint)");
        }
        if (!bases.isEmpty() && bases.first() > claims.start() && claims.start() < end) {
            report.damaged(
                    Kind.SEGMENTS,
                    directory,
                    "begins at offset " + bases.first() + ", but its log start offset is " + claims.start()
                            + " (log-start-offset-checkpoint)");
        }
    }
}
