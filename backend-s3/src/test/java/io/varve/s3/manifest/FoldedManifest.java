// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
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

/**
 * Folds edits in memory as the manifest does, at once or when the test lets them through: for what happens in
 * between. Thread-safe.
 */
public final class FoldedManifest implements Manifest {
    private final Map<PartitionId, RemotePartition> partitions = new HashMap<>();
    private final Set<String> unnamed = new HashSet<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private long folded;
    private boolean gated;
    private boolean fenced;
    private boolean refused;

    /** Lets commits wait until {@link #letThrough}. */
    public synchronized void gate() {
        gated = true;
    }

    /** Lets commits through, those that wait first. */
    public synchronized void letThrough() {
        gated = false;
        waiting.forEach(Runnable::run);
        waiting.clear();
    }

    /** Returns the number of commits that wait. */
    public synchronized int waiting() {
        return waiting.size();
    }

    /** Fails every commit from now on: another owner has claimed the storage. */
    public synchronized void fence() {
        fenced = true;
    }

    /** Says of every edit, or of none, that it does not fit the state. */
    public synchronized void refuse(boolean all) {
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
                try {
                    edits.forEach(this::fold);
                    folded++;
                    done.complete(null);
                } catch (StorageException e) {
                    done.completeExceptionally(e);
                }
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
        PartitionFold.Step step = PartitionFold.apply(edit, this::partition);
        partitions.remove(edit.partition());
        step.after().ifPresent(after -> partitions.put(edit.partition(), after));
        step.removed().stream().filter(s -> !names(s.object())).forEach(s -> unnamed.add(s.key()));
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
    public CompletableFuture<Boolean> askOwner() {
        return CompletableFuture.completedFuture(verifyOwner());
    }

    @Override
    public synchronized boolean verifyOwner() {
        return !fenced;
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
