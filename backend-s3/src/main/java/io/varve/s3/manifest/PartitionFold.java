// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.ManifestEdit.AddSegments;
import io.varve.s3.manifest.ManifestEdit.CopySegments;
import io.varve.s3.manifest.ManifestEdit.DeletePartition;
import io.varve.s3.manifest.ManifestEdit.DropSegments;
import io.varve.s3.manifest.ManifestEdit.ForgetAside;
import io.varve.s3.manifest.ManifestEdit.MoveStart;
import io.varve.s3.manifest.ManifestEdit.SetAside;
import io.varve.s3.manifest.ManifestEdit.TruncateSegments;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * Computes a partition's next state from its state and an edit: a pure function, the same at the commit and
 * at each replay. Stateless.
 */
final class PartitionFold {
    /**
     * Holds what an edit does to a partition.
     *
     * @param after the next state; empty if the partition is not known any more
     * @param added segments that it names now
     * @param removed segments that it names no longer; one that was cut is in both lists
     * @param aside the partition as it was set aside
     */
    record Step(
            Optional<RemotePartition> after,
            List<RemoteSegment> added,
            List<RemoteSegment> removed,
            Optional<RemotePartition> aside) {
        private static Step of(RemotePartition after, List<RemoteSegment> added, List<RemoteSegment> removed) {
            return new Step(Optional.of(after), added, removed, Optional.empty());
        }

        private static Step unchanged(Optional<RemotePartition> before) {
            return new Step(before, List.of(), List.of(), Optional.empty());
        }
    }

    private PartitionFold() {}

    /**
     * @param partitions returns a partition's state before the edit
     * @throws StorageException MISUSE if the edit does not fit the state
     */
    static Step apply(ManifestEdit edit, Function<PartitionId, Optional<RemotePartition>> partitions) {
        Optional<RemotePartition> known = partitions.apply(edit.partition());
        if (edit instanceof AddSegments add) {
            return add(known.orElseGet(() -> empty(add.partition())), add.segments());
        }
        if (edit instanceof MoveStart move) {
            return moveStart(known.orElseGet(() -> empty(move.partition())), move.start());
        }
        if (edit instanceof CopySegments copy) {
            return copy(known.orElseGet(() -> empty(copy.partition())), copy, partitions.apply(copy.source()));
        }
        if (known.isEmpty() || edit instanceof ForgetAside) {
            return Step.unchanged(known);
        }
        RemotePartition before = known.get();
        if (edit instanceof TruncateSegments truncate) {
            return truncate(before, truncate.end());
        }
        if (edit instanceof DropSegments drop) {
            return drop(before, new HashSet<>(drop.objects()));
        }
        if (edit instanceof DeletePartition) {
            return new Step(Optional.empty(), List.of(), before.segments(), Optional.empty());
        }
        if (edit instanceof SetAside) {
            RemotePartition aside = new RemotePartition(before.id(), before.start(), before.segments(), true);
            return new Step(Optional.empty(), List.of(), List.of(), Optional.of(aside));
        }
        throw new IllegalStateException("unknown edit " + edit);
    }

    private static RemotePartition empty(PartitionId id) {
        return new RemotePartition(id, 0, List.of(), false);
    }

    private static Step add(RemotePartition before, List<RemoteSegment> added) {
        if (added.isEmpty()) {
            throw misuse(before.id(), "no segments to add");
        }
        long base = added.get(0).baseOffset();
        long end = added.get(added.size() - 1).endOffset();
        if (before.segments().isEmpty()) {
            long start = Math.max(before.start(), base);
            return Step.of(with(before, start, added), added, List.of());
        }
        List<RemoteSegment> after = new ArrayList<>(before.segments().size() + added.size());
        List<RemoteSegment> removed = new ArrayList<>();
        int place = 0;
        for (RemoteSegment segment : before.segments()) {
            boolean below = segment.endOffset() <= base;
            if (below || segment.baseOffset() >= end) {
                after.add(segment);
                place += below ? 1 : 0;
            } else {
                requireSpanned(before, segment, base, end);
                removed.add(segment);
            }
        }
        after.addAll(place, added);
        return Step.of(with(before, before.start(), after), added, removed);
    }

    /** What lies below the start needs no place. */
    private static void requireSpanned(RemotePartition before, RemoteSegment old, long base, long end) {
        if (Math.max(old.baseOffset(), before.start()) < base || old.endOffset() > end) {
            throw misuse(
                    before.id(),
                    "segments from " + base + " to " + end + " cannot take the place of " + old + " from the start of "
                            + before.start() + " on, they must span it");
        }
    }

    private static Step moveStart(RemotePartition before, long start) {
        if (start <= before.start()) {
            // Also a start of 0 makes the partition known.
            return Step.of(before, List.of(), List.of());
        }
        List<RemoteSegment> segments = before.segments();
        int first = 0;
        while (first < segments.size() && segments.get(first).endOffset() <= start) {
            first++;
        }
        RemotePartition after = with(before, start, segments.subList(first, segments.size()));
        return Step.of(after, List.of(), segments.subList(0, first));
    }

    private static Step truncate(RemotePartition before, long end) {
        if (end < 0) {
            throw misuse(before.id(), "truncation to " + end + ", must be 0 or more");
        }
        if (end >= before.end() && end >= before.start()) {
            return Step.of(before, List.of(), List.of());
        }
        List<RemoteSegment> after = new ArrayList<>();
        List<RemoteSegment> added = new ArrayList<>();
        List<RemoteSegment> removed = new ArrayList<>();
        for (RemoteSegment segment : before.segments()) {
            if (segment.endOffset() <= end) {
                after.add(segment);
                continue;
            }
            removed.add(segment);
            // At or below the start nothing is left that counts.
            if (segment.baseOffset() < end && end > before.start()) {
                RemoteSegment cut = segment.cut(end);
                after.add(cut);
                added.add(cut);
            }
        }
        return Step.of(with(before, Math.min(before.start(), end), after), added, removed);
    }

    private static Step drop(RemotePartition before, Set<UUID> objects) {
        List<RemoteSegment> after = new ArrayList<>();
        List<RemoteSegment> removed = new ArrayList<>();
        for (RemoteSegment segment : before.segments()) {
            (objects.contains(segment.object()) ? removed : after).add(segment);
        }
        return Step.of(with(before, before.start(), after), List.of(), removed);
    }

    private static Step copy(RemotePartition before, CopySegments copy, Optional<RemotePartition> from) {
        if (!before.segments().isEmpty() || before.start() != 0) {
            throw misuse(before.id(), "cannot begin as a copy of " + copy.source() + ": it has records already");
        }
        RemotePartition source = from.orElseThrow(() ->
                misuse(before.id(), "cannot begin as a copy of " + copy.source() + ", which has no remote records"));
        if (copy.end() < source.start()) {
            throw misuse(
                    before.id(),
                    "cannot begin as a copy of " + source.id() + " up to " + copy.end() + ": its records begin at "
                            + source.start());
        }
        List<RemoteSegment> copied = new ArrayList<>();
        for (RemoteSegment segment : source.segments()) {
            if (segment.baseOffset() < copy.end() && source.start() < copy.end()) {
                copied.add(segment.cut(copy.end()));
            }
        }
        return Step.of(with(before, source.start(), copied), copied, List.of());
    }

    private static RemotePartition with(RemotePartition before, long start, List<RemoteSegment> segments) {
        return new RemotePartition(before.id(), start, segments, before.aside());
    }

    private static StorageException misuse(PartitionId id, String what) {
        return new StorageException(StorageException.Kind.MISUSE, id + " (" + id.topicId() + "): " + what);
    }
}
