// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.PooledFile;
import io.varve.file.disk.UninterruptibleFile;
import io.varve.file.partition.FilePartition;
import io.varve.file.partition.FileSnapshots;
import io.varve.file.partition.PartitionSync;
import io.varve.file.partition.PartitionView;
import io.varve.file.segment.FileSegment;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a partition's directory at the start: finishes what was interrupted, recovers what a crash left, looks into no more than that. */
public final class PartitionLoader {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionLoader.class);

    /** A partition may skip so many offsets between two segments; less than that and something is missing. */
    private static final long FAR = 1L << 30;

    private final FilePartition partition;
    private final ProgressLog progress;
    private final SegmentLimits limits;
    private final boolean clean;
    private final Path directory;
    private final List<FileSegment> segments = new ArrayList<>();
    /** Segments whose indexes are missing. */
    private final Set<FileSegment> unindexed = new HashSet<>();

    private final PartitionReceipt receipt;
    /** False when nothing tells any more how far the partition was durable. */
    private final boolean known;

    private boolean changed;

    private PartitionLoader(FilePartition partition, ProgressLog progress, SegmentLimits limits, boolean clean) {
        this.partition = partition;
        this.progress = progress;
        this.limits = limits;
        this.clean = clean;
        this.directory = partition.path();
        this.known = partition.durability().recoveryPoint() >= 0;
        this.receipt =
                new PartitionReceipt(partition.id(), partition.durability().recoveryPoint());
    }

    /**
     * Loads a partition, unless it is loaded. After a crash {@link PartitionSync#sync} is to make durable what was found past the recovery
     * point.
     *
     * @param limits how dense to index what has no indexes
     * @param clean true if the data directory was closed properly
     * @return what was found, to be logged if it says something; null when the partition was loaded already
     */
    public static PartitionReceipt load(
            FilePartition partition, SegmentLimits limits, boolean clean, ProgressLog progress) {
        synchronized (partition) {
            if (partition.isLoaded()) {
                return null;
            }
            PartitionLoader loader = new PartitionLoader(partition, progress, limits, clean);
            partition.loaded(loader.load(), clean);
            return loader.receipt;
        }
    }

    /** @return the partition's content; past the recovery point it is yet to be forced */
    private PartitionView load() {
        try {
            findSegments(names());
            setStrangersAside();
            long start = partition.durability().startPoint();
            long durableEnd = Math.max(0, partition.durability().recoveryPoint());
            long end = clean ? resume(start, durableEnd) : recover(start, durableEnd);
            rebuild(end);
            long first = segments.isEmpty() ? start : Math.max(start, segments.get(0).base);
            if (clean
                    && first > start
                    && start < end) { // after a crash it may be a trim that no checkpoint tells of yet
                receipt.damaged(directory + " begins at offset " + first + ": offsets from " + start + " on are lost");
            }
            if (clean && start > end && !segments.isEmpty() && end >= durableEnd) {
                // Nothing is missing at the end, and nobody trims what is not there yet: it is the note that is wrong.
                receipt.damaged(directory + " ends at offset " + end + ", and is noted to begin at " + start + " in "
                        + FileNames.START_OFFSETS + ": going by its segments");
                first = segments.get(0).base;
            } else if (segments.isEmpty() || start > end) {
                restartAt(first);
                end = first;
            }
            if (!clean) {
                FileSnapshots.dropAbove(directory, end); // they tell of records that are no more
            }
            if (changed) {
                Disk.forceDirectory(directory);
            }
            receipt.recovered(end);
            segments.forEach(FileSegment::rest);
            FileSegment[] all = segments.toArray(new FileSegment[0]);
            return new PartitionView(Math.min(first, end), all, end, all[all.length - 1].bytes());
        } catch (IOException e) {
            throw Disk.readFailure("opening a partition", directory, e);
        }
    }

    /** Removes leftovers, finishes a replacement that had passed its commit point, and lists what remains. */
    private Set<String> names() throws IOException {
        Set<String> names = new HashSet<>();
        List<String> swaps = new ArrayList<>();
        String emptied = null;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.endsWith(FileNames.DELETED)
                        || name.endsWith(FileNames.CLEANED)
                        || name.endsWith(FileNames.TEMPORARY)) {
                    Files.delete(entry);
                    changed = true;
                } else if (FileNames.swapRange(name) != null) {
                    swaps.add(name);
                } else if (FileNames.offset(name, FileNames.EMPTIED) >= 0) {
                    emptied = name;
                } else {
                    names.add(name);
                    if (!FileNames.isKnown(name)) {
                        LOG.warn("{} is no file of a partition: leaving it alone", entry);
                    }
                }
            }
        }
        for (String swap : swaps) {
            finishReplacement(swap, names);
        }
        if (emptied != null) {
            finishEmptying(emptied, names);
        }
        return names;
    }

    private void finishReplacement(String swap, Set<String> names) throws IOException {
        long[] range = FileNames.swapRange(swap);
        LOG.info("{}: finishing the replacement of segments {} to {}", directory, range[0], range[1]);
        deleteSegments(names, range[0], range[1]);
        String log = FileNames.name(range[0], FileNames.LOG);
        Disk.rename(directory.resolve(swap), directory.resolve(log));
        names.add(log);
        changed = true;
    }

    private void finishEmptying(String mark, Set<String> names) throws IOException {
        long offset = FileNames.offset(mark, FileNames.EMPTIED);
        deleteSegments(names, 0, Long.MAX_VALUE);
        partition.durability().beginsAnew(offset);
        partition.home().writeCheckpoints(); // which from here on say what the mark says
        Files.delete(directory.resolve(mark));
        changed = true;
        receipt.completed("emptying it at offset " + offset + " was under way: completed");
    }

    /** Deletes the files of the segments with a base in a range, its end exclusive. */
    private void deleteSegments(Set<String> names, long from, long to) throws IOException {
        for (String name : List.copyOf(names)) {
            for (String suffix : new String[] {FileNames.LOG, FileNames.INDEX, FileNames.TIME_INDEX}) {
                long base = FileNames.offset(name, suffix);
                if (base >= from && base < to) {
                    Files.delete(directory.resolve(name));
                    names.remove(name);
                }
            }
        }
    }

    private void findSegments(Set<String> names) throws IOException {
        for (Path lost : LostLogPlaceholders.replace(directory, names)) {
            changed = true;
            receipt.damaged(lost + " is not there, but an index of it is: its batches are lost, reads of them fail;"
                    + " deleting the records up to behind them ends that");
        }
        TreeMap<Long, String> logs = new TreeMap<>();
        for (String name : names) {
            long base = FileNames.offset(name, FileNames.LOG);
            if (base >= 0) {
                logs.put(base, name);
            }
        }
        for (long base : logs.keySet()) {
            long bytes = Files.size(directory.resolve(logs.get(base)));
            FileSegment segment =
                    new FileSegment(partition.directory(), base, (int) Math.min(bytes, Integer.MAX_VALUE));
            segments.add(segment);
            boolean indexed = names.contains(FileNames.name(base, FileNames.INDEX))
                    && names.contains(FileNames.name(base, FileNames.TIME_INDEX));
            if (!indexed) {
                partition.directory().withReserve(() -> FileSegment.createIndexes(partition.directory(), base));
                unindexed.add(segment);
                changed = true;
            }
        }
    }

    /**
     * A segment without indexes may be a file that somebody put here. It is, when what it holds should lie in the segment before: that one
     * would be hidden by it.
     */
    private void setStrangersAside() throws IOException {
        for (int i = 1; i < segments.size(); i++) {
            FileSegment segment = segments.get(i);
            long before = unindexed.contains(segment) ? segments.get(i - 1).endOfBatches() : segment.base;
            if (before > segment.base) {
                setAside(segment, "there are batches up to offset " + before + " before it");
                i--;
            }
        }
    }

    /** After a clean stop: only the headers behind the last index entry are read, to learn the end. */
    private long resume(long start, long durableEnd) throws IOException {
        if (segments.isEmpty()) {
            return recover(start, durableEnd);
        }
        FileSegment active = segments.get(segments.size() - 1);
        String wrong;
        try {
            long end = active.writer().resume();
            if (end >= durableEnd && (active.base <= durableEnd || !known)) {
                return end;
            }
            wrong = active.log().path() + " holds offsets " + active.base + " to " + end + " where " + durableEnd
                    + " was the end";
        } catch (StorageException e) {
            if (e.kind() != StorageException.Kind.CORRUPT) {
                throw e;
            }
            wrong = e.getMessage();
        }
        receipt.damaged("it was closed properly but is damaged: " + wrong);
        return recover(start, durableEnd);
    }

    /** After a crash: every segment that reaches past the durable end is checked, and cut where it stops being sound. */
    private long recover(long start, long durableEnd) throws IOException {
        if (segments.isEmpty()) {
            return start < durableEnd ? goOnAt(durableEnd, directory, start) : start;
        }
        int i = 0;
        while (i + 1 < segments.size()
                && (segments.get(i + 1).base < durableEnd || segments.get(i + 1).base <= start)) {
            i++; // a sync has gone past it: forced, indexes and all; or a trim has, and only its files are still there
        }
        long end = segments.get(0).base;
        for (int first = i; i < segments.size(); i++) {
            FileSegment segment = segments.get(i);
            if (i > first && isStranger(segment, end, durableEnd)) {
                i--;
                continue;
            }
            boolean sealed = i + 1 < segments.size();
            FileSegment following = sealed ? segments.get(i + 1) : null;
            long appended = Disk.modifiedMs(segment.log().path());
            SegmentRecovery.Found found = new SegmentRecovery(
                            segment,
                            new SegmentRecovery.Trust(
                                    durableEnd,
                                    known,
                                    !clean,
                                    sealed ? following.base : -1,
                                    () -> following.beginsSound()),
                            limits,
                            receipt)
                    .look(progress);
            unindexed.remove(segment);
            segment.bytes(found.bytes());
            end = found.end();
            if (found.cut() > 0) {
                boolean lacksNothing = sealed && found.end() == following.base;
                cut(segment, found, lacksNothing ? segments.size() - 1 : i, appended);
                if (!lacksNothing) {
                    break;
                }
            }
            if (segment.log().isDirty()) { // it was written again, not appended to
                segment.lastAppendMs(appended);
                segment.noteLastAppend();
            }
            if (end > durableEnd) {
                segment.log().dirty(); // forced with all others when every partition has been looked at
            }
            if (sealed) {
                segment.writer().sealIfPossible();
                segment.forceIndexes();
            } else if (found.lost() || end < durableEnd) {
                return goOnAt(Math.max(end, durableEnd), segment.log().path(), found.lost() ? durableEnd : end);
            }
        }
        return end;
    }

    /**
     * Past the durable end every segment begins where the one before it ends. One that does not is somebody else's file, or what a
     * crash left of bytes whose predecessors did not get to the device.
     */
    private boolean isStranger(FileSegment segment, long end, long durableEnd) throws IOException {
        if (segment.base < end) {
            setAside(segment, "it begins at offset " + segment.base + ", where there are batches up to " + end);
            return true;
        }
        boolean hole = known && end >= durableEnd && segment.base > end && segment.base - end < FAR;
        if (hole && clean) {
            setAside(segment, "it begins at offset " + segment.base + ", but " + end + " is the end");
        } else if (hole) {
            receipt.cut(
                    segment.bytes(),
                    segment.log().path() + " of " + segment.bytes() + " bytes begins at offset " + segment.base
                            + " where " + end
                            + " is due: what came before did not get to the device, or was being truncated");
            segments.remove(segment);
            segment.remove();
            changed = true;
        }
        return hole;
    }

    /** Takes a file out of the log without losing it. */
    private void setAside(FileSegment segment, String why) throws IOException {
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

    private void cut(FileSegment segment, SegmentRecovery.Found found, int i, long appended) throws IOException {
        long later = 0;
        while (segments.size() > i + 1) {
            FileSegment gone = segments.remove(segments.size() - 1);
            later += gone.bytes();
            gone.remove();
            changed = true;
        }
        receipt.cut(
                found.cut() + later,
                segment.log().path() + " at byte " + found.bytes() + " (offset " + found.end() + "), where there is "
                        + found.why() + (later == 0 ? "" : ", and the " + later + " bytes of later segments"));
        segment.lastAppendMs(appended);
        UninterruptibleFile open = segment.log().acquire();
        try {
            open.truncate(found.bytes());
            segment.log().dirty();
        } finally {
            segment.log().release();
        }
        segment.noteLastAppend();
    }

    /** Durable bytes are gone at the end: their offsets are not given out again. */
    private long goOnAt(long offset, Path damaged, long found) throws IOException {
        receipt.damaged(damaged + " does not hold every batch below the durable end " + offset + " any more: "
                + (found < offset ? "offsets from " + found + " on are lost, " : "") + "the next one is " + offset);
        startSegment(offset);
        return offset;
    }

    private void startSegment(long base) throws IOException {
        partition
                .directory()
                .withReserve(() -> segments.add(FileSegment.create(partition.directory(), base, () -> {})));
        changed = true;
    }

    private void restartAt(long offset) throws IOException {
        for (int i = segments.size() - 1; i >= 0; i--) {
            segments.get(i).remove();
        }
        segments.clear();
        unindexed.clear();
        startSegment(offset);
    }

    /** Gives segments that lack them indexes, if they turn out to be segments of this log. */
    private void rebuild(long end) throws IOException {
        for (int i = segments.size() - 1; i >= 0; i--) {
            FileSegment segment = segments.get(i);
            if (!unindexed.contains(segment)) {
                continue;
            }
            long next = i + 1 < segments.size() ? segments.get(i + 1).base : end;
            if (segment.bytes() == 0) {
                continue;
            }
            LOG.info("{} has no indexes: building them", segment.log().path());
            segment.writer().rebuildIndexes(limits);
            segment.writer().sealIfPossible();
            segment.forceIndexes();
            long after = segment.endOfBatches();
            if (after > next) {
                setAside(segment, "it has batches up to offset " + after + ", and " + next + " comes next");
            }
            progress.at(() -> directory + ": building indexes");
        }
    }
}
