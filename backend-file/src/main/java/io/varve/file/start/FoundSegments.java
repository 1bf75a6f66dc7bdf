// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.PooledFile;
import io.varve.file.partition.FilePartition;
import io.varve.file.segment.FileSegment;
import io.varve.file.segment.SegmentCreation;
import io.varve.file.segment.SegmentSurvey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the segments of a partition at a start, sets aside or deletes those that do not belong to the log,
 * and keeps the rest, oldest first. The receipt names each that was set aside.
 */
final class FoundSegments {
    private final FilePartition partition;
    private final PartitionReceipt receipt;
    private final Path directory;
    private final List<FileSegment> segments = new ArrayList<>();
    /** Segments whose indexes were missing, and are empty now. */
    private final Set<FileSegment> unindexed = new HashSet<>();

    private boolean changed;

    FoundSegments(FilePartition partition, PartitionReceipt receipt) {
        this.partition = partition;
        this.receipt = receipt;
        this.directory = partition.path();
    }

    /**
     * Finds the segments among a directory's files, and creates empty indexes where one is missing.
     *
     * @param names the directory's files; created files are added
     */
    void find(Set<String> names) throws IOException {
        for (Path lost : LostLogPlaceholders.create(directory, names)) {
            changed = true;
            receipt.damaged(lost + " is not there, but an index of it is: its batches are lost, reads of them fail;"
                    + " deleting the records up to behind them ends that");
        }
        TreeSet<Long> bases = new TreeSet<>();
        for (String name : names) {
            long base = FileNames.offset(name, FileNames.LOG);
            if (base >= 0) {
                bases.add(base);
            }
        }
        for (long base : bases) {
            long bytes = Files.size(partition.directory().file(base, FileNames.LOG));
            FileSegment segment =
                    new FileSegment(partition.directory(), base, (int) Math.min(bytes, Integer.MAX_VALUE));
            segments.add(segment);
            boolean indexed = names.contains(FileNames.name(base, FileNames.INDEX))
                    && names.contains(FileNames.name(base, FileNames.TIME_INDEX));
            if (!indexed) {
                partition.directory().withReserve(() -> SegmentCreation.createIndexes(partition.directory(), base));
                unindexed.add(segment);
                changed = true;
            }
        }
    }

    /**
     * Sets a segment aside if its base offset lies within the segment before: it would hide batches of that
     * segment. Only segments without indexes are checked: only a file that was copied here by hand can be
     * such a segment.
     */
    void setOverlappingAside() throws IOException {
        for (int i = 1; i < segments.size(); i++) {
            FileSegment segment = segments.get(i);
            long before = unindexed.contains(segment) ? new SegmentSurvey(segments.get(i - 1)).end() : segment.base;
            if (before > segment.base) {
                setAside(segment, "there are batches up to offset " + before + " before it");
                i--;
            }
        }
    }

    int size() {
        return segments.size();
    }

    boolean isEmpty() {
        return segments.isEmpty();
    }

    boolean isLast(int i) {
        return i == segments.size() - 1;
    }

    FileSegment get(int i) {
        return segments.get(i);
    }

    FileSegment last() {
        return segments.get(segments.size() - 1);
    }

    List<FileSegment> all() {
        return List.copyOf(segments);
    }

    boolean lacksIndexes(FileSegment segment) {
        return unindexed.contains(segment);
    }

    /** Notes that the segment's indexes are complete. */
    void indexed(FileSegment segment) {
        unindexed.remove(segment);
    }

    /** Renames a segment's files, so that they are no part of the log, and are kept. */
    void setAside(FileSegment segment, String why) throws IOException {
        segment.retire();
        segments.remove(segment);
        unindexed.remove(segment);
        for (PooledFile file :
                List.of(segment.log(), segment.offsets().file(), segment.times().file())) {
            Path path = file.path();
            if (Files.exists(path)) {
                Disk.rename(path, path.resolveSibling(path.getFileName() + FileNames.STRAY));
            }
        }
        receipt.damaged(segment.log().path() + " does not belong here: " + why + "; set aside as " + FileNames.STRAY);
        changed = true;
    }

    /** Deletes a segment's files. */
    void delete(FileSegment segment) {
        segments.remove(segment);
        unindexed.remove(segment);
        segment.remove();
        changed = true;
    }

    /** Adds an empty segment behind the others. */
    void append(long base) throws IOException {
        segments.add(
                partition.directory().withReserve(() -> SegmentCreation.create(partition.directory(), base, () -> {})));
        changed = true;
    }

    /** Deletes all segments, and adds an empty one at an offset. */
    void restartAt(long offset) throws IOException {
        for (int i = segments.size() - 1; i >= 0; i--) {
            delete(segments.get(i));
        }
        append(offset);
    }

    /** @return true if names in the directory have changed, so that it must be forced */
    boolean haveChanged() {
        return changed;
    }
}
