// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.ContractChecks;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.ForceFailedException;
import io.varve.file.disk.UninterruptibleFile;
import io.varve.file.segment.FileSegment;
import io.varve.file.segment.SegmentCreation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Replaces sealed segments by one with their compacted batches.
 *
 * <pre>
 * write  BASE.N.log.cleaned, force      crash: the next start deletes it
 * force  the old segments and those before, write the recovery point: END is durable now
 * rename BASE.END.log.swap, force dir   the commit point; crash: the next start does the rest
 * delete the logs and indexes with BASE ≤ base &lt; END
 * rename BASE.log, write its indexes, force dir
 * </pre>
 */
final class SegmentReplacement {
    private final FilePartition partition;
    private final List<Segment> old;
    private final SegmentLimits limits;
    private final long base;
    private final long end;
    /** The segments to replace, as found by {@link #requirePresent}. */
    private List<FileSegment> replaced;

    SegmentReplacement(FilePartition partition, List<Segment> old, SegmentLimits limits) {
        this.partition = partition;
        this.old = List.copyOf(old);
        this.limits = limits;
        if (old.isEmpty()) {
            throw misuse("replace of no segments");
        }
        this.base = old.get(0).baseOffset();
        this.end = old.get(old.size() - 1).endOffset();
    }

    /**
     * Finds the segments to replace. Call with the partition's monitor held.
     *
     * @throws StorageException MISUSE if they are not sealed segments of the partition
     */
    void requirePresent() {
        PartitionView now = partition.view();
        int first = now.indexOf(base);
        for (int i = 0; i < old.size(); i++) {
            Segment wanted = old.get(i);
            boolean same = first + i < now.segments().length - 1
                    && now.segments()[first + i].base == wanted.baseOffset()
                    && now.endOf(first + i) == wanted.endOffset()
                    && now.bytesOf(first + i) == wanted.bytes();
            if (!same) {
                throw misuse("replace: " + wanted + " is not among its sealed segments");
            }
        }
        replaced = List.of(Arrays.copyOfRange(now.segments(), first, first + old.size()));
    }

    /** Writes the batches to a file aside. Needs no lock: the partition's segments stay as they are. */
    Path write(BatchSource cleaned) {
        // No other replacement has this number, not even one by a writer that fences this one meanwhile.
        long unique = partition.dataDirectory().nextNumber();
        Path aside = partition.path().resolve(FileNames.name(base, "." + unique + FileNames.LOG + FileNames.CLEANED));
        try (UninterruptibleFile open = UninterruptibleFile.open(
                aside, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            open.truncate(0);
            long next = base;
            long at = 0;
            for (BatchRun run = cleaned.next(); run != null; run = cleaned.next()) {
                next = ContractChecks.requireReplacement(partition.id(), run, next, end);
                ByteBuffer bytes = run.bytes().duplicate();
                if (at + bytes.remaining() > Integer.MAX_VALUE) {
                    throw misuse("replace: batches reach byte " + (at + bytes.remaining())
                            + ", more than a segment can have");
                }
                int size = bytes.remaining();
                Disk.writeFully(open, bytes, at);
                at += size;
            }
            Disk.setModifiedMs(aside, Segment.lastAppendMs(old));
            open.force(true);
            return aside;
        } catch (IOException e) {
            Disk.discard(aside, e); // a half-written file would take space that is needed
            throw Disk.writeFailure("writing compacted batches", aside, e);
        } catch (RuntimeException | Error e) {
            Disk.discard(aside, e);
            throw e;
        }
    }

    /** Replaces the segments by the batches written aside. Call with the partition's monitor held. */
    void commit(Path aside) {
        PartitionView now = partition.view();
        int first = requireUnchanged(now);
        int after = first + old.size();
        Path directory = partition.path();
        Path swap = directory.resolve(FileNames.swapName(base, end));
        try {
            partition.durability().leaveRing();
            partition
                    .durability()
                    .forceFirst(now, after); // the segments before must not be less durable than the new one
            Disk.forceDirectory(directory);
            // Compaction may leave a gap at the end; past the recovery point it would count as a loss.
            partition.durability().raiseCheckpoint(end);
            partition.hit(FileFailPoints.REPLACE_BEFORE_SWAP);
            Disk.rename(aside, swap);
            Disk.forceDirectory(directory);
        } catch (ForceFailedException e) {
            throw partition
                    .durability()
                    .refuseWrites("a sync failed before segments were replaced: " + e.getMessage(), e);
        } catch (IOException e) {
            Disk.discard(aside, e);
            Disk.discard(swap, e);
            throw Disk.writeFailure("replacing segments", swap, e);
        }
        try {
            partition.hit(FileFailPoints.REPLACE_AFTER_SWAP);
            for (int i = first; i < after; i++) {
                now.segments()[i].remove();
            }
            partition.hit(FileFailPoints.REPLACE_BEFORE_FINISH);
            Path log = directory.resolve(FileNames.name(base, FileNames.LOG));
            Disk.rename(swap, log);
            SegmentCreation.createIndexes(partition.directory(), base);
            int bytes = Math.toIntExact(Files.size(log));
            FileSegment cleaned = new FileSegment(partition.directory(), base, bytes);
            cleaned.writer().rebuildIndexes(limits);
            cleaned.writer().sealIfPossible();
            cleaned.lastAppendMs(bytes == 0 ? -1 : Segment.lastAppendMs(old));
            cleaned.forceIndexes();
            Disk.forceDirectory(directory);
            List<FileSegment> segments = new ArrayList<>(Arrays.asList(now.segments()));
            segments.subList(first, after).clear();
            segments.add(first, cleaned);
            partition
                    .durability()
                    .publish(
                            new PartitionView(
                                    now.start(), segments.toArray(new FileSegment[0]), now.end(), now.tailBytes()),
                            end);
        } catch (IOException | StorageException e) {
            throw partition.durability().failedHalfWay("replacing segments", e);
        }
    }

    /**
     * Finds the segments again. A trim or a truncation puts another segment in the place of one, or none.
     *
     * @return the index of the first segment to replace
     * @throws StorageException RETRY if one of them was trimmed or truncated
     */
    private int requireUnchanged(PartitionView now) {
        int first = now.indexOf(replaced.get(0));
        int after = first + replaced.size();
        if (first < 0
                || after >= now.segments().length
                || !List.of(now.segments()).subList(first, after).equals(replaced)) {
            throw new StorageException(
                    StorageException.Kind.RETRY,
                    partition.id() + ": segments " + base + " to " + end
                            + " were trimmed or truncated while they were being replaced");
        }
        return first;
    }

    private StorageException misuse(String what) {
        return new StorageException(StorageException.Kind.MISUSE, partition.id() + ": " + what);
    }
}
