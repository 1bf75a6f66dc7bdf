// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Gathers what edits do to a state, before the state shows it. For one thread. */
final class ManifestChange {
    private final Function<PartitionId, Optional<RemotePartition>> before;
    private final Map<PartitionId, Optional<RemotePartition>> after = new LinkedHashMap<>();
    private final List<RemotePartition> aside = new ArrayList<>();
    private final List<ManifestEdit.ForgetAside> forgotten = new ArrayList<>();
    private final List<RemoteSegment> added = new ArrayList<>();
    private final List<RemoteSegment> removed = new ArrayList<>();

    /** @param before returns a partition's state before the change */
    ManifestChange(Function<PartitionId, Optional<RemotePartition>> before) {
        this.before = before;
    }

    /**
     * Adds edits to the change: all of them, or none if it throws.
     *
     * @throws io.varve.core.spi.StorageException MISUSE if one does not fit
     */
    void apply(List<ManifestEdit> edits) {
        ManifestChange next = new ManifestChange(this::partition);
        for (ManifestEdit edit : edits) {
            next.take(edit.partition(), PartitionFold.apply(edit, next::partition));
            if (edit instanceof ManifestEdit.ForgetAside forget) {
                next.forgotten.add(forget);
            }
        }
        after.putAll(next.after);
        aside.addAll(next.aside);
        forgotten.addAll(next.forgotten);
        added.addAll(next.added);
        removed.addAll(next.removed);
    }

    private void take(PartitionId id, PartitionFold.Step step) {
        after.put(id, step.after());
        step.aside().ifPresent(aside::add);
        added.addAll(step.added());
        removed.addAll(step.removed());
    }

    Optional<RemotePartition> partition(PartitionId id) {
        Optional<RemotePartition> changed = after.get(id);
        return changed == null ? before.apply(id) : changed;
    }

    /** @return the partitions that changed; empty ones are not known any more */
    Map<PartitionId, Optional<RemotePartition>> after() {
        return after;
    }

    List<RemotePartition> aside() {
        return aside;
    }

    /** Tells whether a partition that was set aside before the change is not known after it. */
    boolean forgets(RemotePartition setAside) {
        return forgotten.stream().anyMatch(edit -> edit.fits(setAside));
    }

    List<RemoteSegment> added() {
        return added;
    }

    List<RemoteSegment> removed() {
        return removed;
    }
}
