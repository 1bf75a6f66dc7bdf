// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.Claim;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.manifest.ManifestEdit;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Folds edits in memory, at once or when the test lets them through. Thread-safe. */
final class FoldedManifest implements Manifest {
    private final Map<PartitionId, RemotePartition> partitions = new HashMap<>();
    private final Set<String> unnamed = new HashSet<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private long folded;
    private boolean gated;
    private boolean fenced;
    private boolean refused;

    /** Lets commits wait until {@link #letThrough}. */
    synchronized void gate() {
        gated = true;
    }

    synchronized void letThrough() {
        gated = false;
        waiting.forEach(Runnable::run);
        waiting.clear();
    }

    synchronized int waiting() {
        return waiting.size();
    }

    synchronized void fence() {
        fenced = true;
    }

    /** Says of every edit, or of none, that it does not fit the state. */
    synchronized void refuse(boolean all) {
        refused = all;
    }

    @Override
    public synchronized CompletableFuture<Void> commit(List<ManifestEdit> edits) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Runnable fold = () -> {
            if (fenced) {
                done.completeExceptionally(new StorageException(StorageException.Kind.FENCED, "claimed by another"));
            } else if (refused) {
                done.completeExceptionally(new StorageException(StorageException.Kind.MISUSE, "does not fit"));
            } else {
                edits.forEach(this::fold);
                folded++;
                done.complete(null);
            }
        };
        if (gated) {
            waiting.add(fold);
        } else {
            fold.run();
        }
        return done;
    }

    private void fold(ManifestEdit edit) {
        RemotePartition old =
                partitions.getOrDefault(edit.partition(), new RemotePartition(edit.partition(), 0, List.of(), false));
        List<RemoteSegment> kept = new ArrayList<>(old.segments());
        long start = old.start();
        if (edit instanceof ManifestEdit.AddSegments add) {
            for (RemoteSegment segment : add.segments()) {
                kept.removeIf(
                        other -> other.baseOffset() < segment.endOffset() && segment.baseOffset() < other.endOffset());
                kept.add(segment);
            }
            kept.sort((a, b) -> Long.compare(a.baseOffset(), b.baseOffset()));
            for (int i = 1; i < kept.size(); i++) {
                if (kept.get(i - 1).endOffset() != kept.get(i).baseOffset()) {
                    throw new IllegalStateException("not adjacent: " + kept);
                }
            }
        } else if (edit instanceof ManifestEdit.TruncateSegments truncate) {
            kept.removeIf(other -> other.baseOffset() >= truncate.end());
            kept.replaceAll(other -> other.endOffset() > truncate.end() ? cut(other, truncate.end()) : other);
            start = Math.min(start, truncate.end());
        } else if (edit instanceof ManifestEdit.MoveStart move) {
            kept.removeIf(other -> other.endOffset() <= move.start());
            start = Math.max(start, move.start());
        } else if (edit instanceof ManifestEdit.DeletePartition) {
            kept.clear();
        } else {
            throw new UnsupportedOperationException(edit.toString());
        }
        start = kept.isEmpty() ? start : Math.max(start, kept.get(0).baseOffset());
        partitions.put(edit.partition(), new RemotePartition(edit.partition(), start, kept, false));
        old.segments().stream().filter(s -> !names(s.object())).forEach(s -> unnamed.add(s.key()));
    }

    private static RemoteSegment cut(RemoteSegment segment, long end) {
        return new RemoteSegment(
                segment.key(),
                segment.object(),
                segment.baseOffset(),
                end,
                segment.bytes(),
                segment.objectBytes(),
                segment.firstTimestamp(),
                segment.maxTimestamp(),
                segment.lastAppendMs(),
                segment.index());
    }

    @Override
    public synchronized Optional<RemotePartition> partition(PartitionId id) {
        return Optional.ofNullable(partitions.get(id));
    }

    @Override
    public synchronized Collection<RemotePartition> partitions() {
        return List.copyOf(partitions.values());
    }

    @Override
    public synchronized boolean isFenced() {
        return fenced;
    }

    @Override
    public synchronized boolean names(UUID object) {
        return partitions.values().stream()
                .flatMap(partition -> partition.segments().stream())
                .anyMatch(segment -> segment.object().equals(object));
    }

    @Override
    public synchronized Set<String> takeUnnamed() {
        Set<String> taken = Set.copyOf(unnamed);
        unnamed.clear();
        return taken;
    }

    @Override
    public Optional<Claim> owner() {
        return Optional.empty();
    }

    @Override
    public synchronized long number() {
        return folded;
    }

    @Override
    public void close() {}
}
