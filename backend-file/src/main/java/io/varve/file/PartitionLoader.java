// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
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
final class PartitionLoader {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionLoader.class);

    private final FilePartition partition;
    private final OpenFiles pool;
    private final SegmentLimits limits;
    private final Path directory;
    private final List<FileSegment> segments = new ArrayList<>();
    /** Segments whose indexes are missing. */
    private final Set<FileSegment> unindexed = new HashSet<>();

    private boolean changed;

    PartitionLoader(FilePartition partition, OpenFiles pool, SegmentLimits limits) {
        this.partition = partition;
        this.pool = pool;
        this.limits = limits;
        this.directory = partition.directory();
    }

    /**
     * @param clean true if the directory was closed properly
     * @param durableEnd the checkpointed recovery point
     * @param start the checkpointed log start offset
     * @return the partition's content; past {@code durableEnd} it is yet to be forced
     */
    View load(boolean clean, long durableEnd, long start) {
        try {
            findSegments(names());
            long end = clean ? resume(durableEnd) : recover(durableEnd);
            long first = segments.isEmpty() ? start : Math.max(start, segments.get(0).base);
            if (segments.isEmpty() || start > end) {
                restartAt(first);
                end = first;
            }
            for (FileSegment segment : segments) {
                if (unindexed.contains(segment)) {
                    rebuild(segment);
                }
            }
            if (changed) {
                Disk.forceDirectory(directory);
            }
            FileSegment[] all = segments.toArray(new FileSegment[0]);
            return new View(Math.min(first, end), all, end, all[all.length - 1].bytes());
        } catch (IOException e) {
            throw Disk.readFailure("opening a partition", directory, e);
        }
    }

    /** Removes leftovers, finishes a replacement that had passed its commit point, and lists what remains. */
    private Set<String> names() throws IOException {
        Set<String> names = new HashSet<>();
        List<String> swaps = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.endsWith(Layout.DELETED) || name.endsWith(Layout.CLEANED) || name.endsWith(Layout.TEMPORARY)) {
                    Files.delete(entry);
                    changed = true;
                } else if (Layout.swapRange(name) != null) {
                    swaps.add(name);
                } else {
                    names.add(name);
                }
            }
        }
        for (String swap : swaps) {
            finishReplacement(swap, names);
        }
        return names;
    }

    private void finishReplacement(String swap, Set<String> names) throws IOException {
        long[] range = Layout.swapRange(swap);
        LOG.info("{}: finishing the replacement of segments {} to {}", directory, range[0], range[1]);
        for (String name : List.copyOf(names)) {
            for (String suffix : new String[] {Layout.LOG, Layout.INDEX, Layout.TIME_INDEX}) {
                long base = Layout.offset(name, suffix);
                if (base >= range[0] && base < range[1]) {
                    Files.delete(directory.resolve(name));
                    names.remove(name);
                }
            }
        }
        String log = Layout.name(range[0], Layout.LOG);
        Disk.rename(directory.resolve(swap), directory.resolve(log));
        names.add(log);
        changed = true;
    }

    private void findSegments(Set<String> names) throws IOException {
        TreeMap<Long, String> logs = new TreeMap<>();
        for (String name : names) {
            long base = Layout.offset(name, Layout.LOG);
            if (base >= 0) {
                logs.put(base, name);
            }
        }
        for (long base : logs.keySet()) {
            long bytes = Files.size(directory.resolve(logs.get(base)));
            FileSegment segment = new FileSegment(pool, directory, base, (int) Math.min(bytes, Integer.MAX_VALUE));
            segments.add(segment);
            boolean indexed = names.contains(Layout.name(base, Layout.INDEX))
                    && names.contains(Layout.name(base, Layout.TIME_INDEX));
            if (!indexed) {
                FileSegment.createIndexes(directory, base);
                unindexed.add(segment);
                changed = true;
            }
        }
    }

    /** After a clean stop: only the headers behind the last index entry are read, to learn the end. */
    private long resume(long durableEnd) throws IOException {
        if (segments.isEmpty()) {
            return 0;
        }
        FileSegment active = segments.get(segments.size() - 1);
        try {
            return active.resume();
        } catch (StorageException e) {
            if (e.kind() != StorageException.Kind.CORRUPT) {
                throw e;
            }
            LOG.warn(
                    "{} was closed properly but is damaged: {}; recovering it as after a crash",
                    directory,
                    e.getMessage());
            return recover(durableEnd);
        }
    }

    /** After a crash: every segment that reaches past the durable end is checked, and cut where it stops being sound. */
    private long recover(long durableEnd) throws IOException {
        long end = segments.isEmpty() ? 0 : segments.get(0).base;
        int i = 0;
        while (i + 1 < segments.size() && segments.get(i + 1).base < durableEnd) {
            i++; // a sync has gone past it: forced, indexes and all
        }
        for (; i < segments.size(); i++) {
            FileSegment segment = segments.get(i);
            SegmentRecovery found = SegmentRecovery.of(segment, durableEnd, limits);
            unindexed.remove(segment);
            segment.bytes(found.bytes());
            end = found.end();
            if (found.cut() > 0) {
                cut(segment, found, i);
                break;
            }
            if (end > durableEnd) {
                segment.log.dirty(); // forced with all others when every partition has been looked at
            }
            boolean sealed = i + 1 < segments.size();
            if (sealed) {
                segment.seal();
                segment.forceIndexes();
            } else if (found.lost() || end < durableEnd) {
                return goOnAt(Math.max(end, durableEnd), segment, found);
            }
        }
        return end;
    }

    private void cut(FileSegment segment, SegmentRecovery found, int i) throws IOException {
        long later = 0;
        while (segments.size() > i + 1) {
            FileSegment gone = segments.remove(segments.size() - 1);
            later += gone.bytes();
            gone.remove();
            changed = true;
        }
        LOG.warn(
                "{}: cut {} bytes past the recovery point, at byte {} (offset {}), where there is {}; and {} bytes of later segments",
                segment.log.path(),
                found.cut(),
                found.bytes(),
                found.end(),
                found.why(),
                later);
        var channel = segment.log.acquire();
        try {
            channel.truncate(found.bytes());
            segment.log.dirty();
        } finally {
            segment.log.release();
        }
    }

    /** Durable bytes are gone at the end: their offsets are not given out again. */
    private long goOnAt(long offset, FileSegment damaged, SegmentRecovery found) throws IOException {
        LOG.warn(
                "{} does not hold every batch below the durable end {} any more: offsets from {} on are lost, the next one is {}",
                damaged.log.path(),
                offset,
                found.lost() ? "the damage" : Long.toString(found.end()),
                offset);
        segments.add(FileSegment.create(pool, directory, offset, () -> {}));
        changed = true;
        return offset;
    }

    private void restartAt(long offset) throws IOException {
        for (int i = segments.size() - 1; i >= 0; i--) {
            segments.get(i).remove();
        }
        segments.clear();
        unindexed.clear();
        segments.add(FileSegment.create(pool, directory, offset, () -> {}));
        changed = true;
    }

    private void rebuild(FileSegment segment) throws IOException {
        if (segment.bytes() == 0) {
            return;
        }
        LOG.info("{} has no indexes: building them", segment.log.path());
        try {
            segment.rebuildIndexes(limits);
            segment.seal();
            segment.forceIndexes();
        } catch (StorageException e) {
            LOG.warn("{}: indexed up to where it is damaged: {}", segment.log.path(), e.getMessage());
        }
    }
}
