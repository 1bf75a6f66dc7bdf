// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import io.varve.s3.manifest.ManifestEdit.AddSegments;
import io.varve.s3.manifest.ManifestEdit.CopySegments;
import io.varve.s3.manifest.ManifestEdit.DeletePartition;
import io.varve.s3.manifest.ManifestEdit.DropSegments;
import io.varve.s3.manifest.ManifestEdit.ForgetAside;
import io.varve.s3.manifest.ManifestEdit.MoveStart;
import io.varve.s3.manifest.ManifestEdit.SetAside;
import io.varve.s3.manifest.ManifestEdit.TruncateSegments;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Says of each single offset which object holds it: what the manifest must say as well. */
final class ModelledManifest {
    private static final class Modelled {
        long start;
        TreeMap<Long, UUID> offsets = new TreeMap<>();
    }

    private final Map<PartitionId, Modelled> partitions = new HashMap<>();
    private final Map<PartitionId, List<Modelled>> aside = new HashMap<>();

    void apply(List<ManifestEdit> edits) {
        edits.forEach(this::apply);
    }

    private void apply(ManifestEdit edit) {
        PartitionId id = edit.partition();
        if (edit instanceof AddSegments add) {
            Modelled into = partitions.computeIfAbsent(id, ignored -> new Modelled());
            if (into.offsets.isEmpty()) {
                into.start = Math.max(into.start, add.segments().get(0).baseOffset());
            }
            for (RemoteSegment segment : add.segments()) {
                for (long offset = segment.baseOffset(); offset < segment.endOffset(); offset++) {
                    into.offsets.put(offset, segment.object());
                }
            }
        } else if (edit instanceof MoveStart move) {
            Modelled into = partitions.computeIfAbsent(id, ignored -> new Modelled());
            into.start = Math.max(into.start, move.start());
        } else if (edit instanceof CopySegments copy) {
            Modelled source = partitions.get(copy.source());
            Modelled into = new Modelled();
            into.start = source.start;
            if (copy.end() > source.start) {
                into.offsets.putAll(source.offsets.headMap(copy.end()));
            }
            partitions.put(id, into);
        } else if (edit instanceof DeletePartition) {
            partitions.remove(id);
        } else if (edit instanceof ForgetAside forget) {
            aside.getOrDefault(id, new ArrayList<>())
                    .removeIf(one -> forget.objects().containsAll(one.offsets.values()));
        } else if (partitions.containsKey(id)) {
            Modelled into = partitions.get(id);
            if (edit instanceof TruncateSegments truncate) {
                into.offsets.tailMap(truncate.end()).clear();
                into.start = Math.min(into.start, truncate.end());
            } else if (edit instanceof DropSegments drop) {
                into.offsets.values().removeAll(new HashSet<>(drop.objects()));
            } else if (edit instanceof SetAside) {
                aside.computeIfAbsent(id, ignored -> new ArrayList<>()).add(partitions.remove(id));
            }
        }
        partitions.values().forEach(ModelledManifest::dropBelowStart);
    }

    /** Whole segments go, the one that contains the start stays: with all its offsets. */
    private static void dropBelowStart(Modelled partition) {
        UUID contains = partition.offsets.get(partition.start);
        partition.offsets.headMap(partition.start).values().removeIf(object -> !object.equals(contains));
    }

    /** What the manifest should show: start and object by offset of each partition. */
    Map<PartitionId, Object> shown() {
        Map<PartitionId, Object> shown = new HashMap<>();
        partitions.forEach((id, partition) -> shown.put(id, List.of(partition.start, partition.offsets)));
        return shown;
    }

    Set<UUID> named() {
        Set<UUID> named = new HashSet<>();
        partitions.values().forEach(partition -> named.addAll(partition.offsets.values()));
        aside.values().forEach(some -> some.forEach(partition -> named.addAll(partition.offsets.values())));
        return named;
    }

    static Map<PartitionId, Object> shown(ManifestView manifest) {
        Map<PartitionId, Object> shown = new HashMap<>();
        for (RemotePartition partition : manifest.partitions()) {
            if (!partition.aside()) {
                TreeMap<Long, UUID> offsets = new TreeMap<>();
                for (RemoteSegment segment : partition.segments()) {
                    for (long offset = segment.baseOffset(); offset < segment.endOffset(); offset++) {
                        offsets.put(offset, segment.object());
                    }
                }
                shown.put(partition.id(), List.of(partition.start(), offsets));
            }
        }
        return shown;
    }
}
