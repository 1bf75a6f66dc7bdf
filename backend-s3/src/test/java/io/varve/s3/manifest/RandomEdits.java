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
import io.varve.s3.object.Chunk;
import io.varve.s3.object.ChunkCodec;
import io.varve.s3.object.SegmentFormat;
import io.varve.s3.object.SegmentIndex;
import io.varve.s3.object.StoredBlob;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** Makes edits that a storage of a few partitions may ask for: mostly ones that fit the state. */
final class RandomEdits {
    private static final int PARTITIONS = 4;

    private final Random random;

    RandomEdits(Random random) {
        this.random = random;
    }

    static PartitionId partition(int number) {
        return new PartitionId("topic-" + number % 2, new UUID(7, number % 2), number);
    }

    /** A segment of chunks of 10 offsets, the last one shorter. */
    static RemoteSegment segment(PartitionId id, UUID object, long base, long end) {
        List<Chunk> chunks = new ArrayList<>();
        long position = SegmentFormat.HEADER_BYTES;
        for (long offset = base; offset < end; offset += 10) {
            long chunkEnd = Math.min(end, offset + 10);
            chunks.add(
                    new Chunk(chunks.size(), offset, chunkEnd, 1000 + chunkEnd, position, 104, 100, ChunkCodec.NONE));
            position += 104;
        }
        StoredBlob blob = new StoredBlob(0, "epochs", end, position, 24, 20, ChunkCodec.NONE, 5);
        SegmentIndex index = SegmentIndex.of((int) object.getLeastSignificantBits(), chunks, List.of(blob));
        String key = "data/ab/" + id.topicId() + "/" + id.partition() + "/" + base + "-" + object + ".seg";
        long bytes = 100L * chunks.size();
        return new RemoteSegment(
                key, object, base, end, bytes, position + 200, 1000 + base, 1000 + end, 2000 + end, index);
    }

    List<ManifestEdit> call(ManifestView state) {
        List<ManifestEdit> edits = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            edits.add(edit(state));
        }
        return edits;
    }

    private List<UUID> objectsOfOneSetAside(ManifestView state, PartitionId id) {
        List<RemotePartition> all = state.partitions().stream()
                .filter(partition -> partition.aside() && partition.id().equals(id))
                .toList();
        return all.isEmpty()
                ? List.of()
                : all.get(random.nextInt(all.size())).segments().stream()
                        .map(RemoteSegment::object)
                        .toList();
    }

    private ManifestEdit edit(ManifestView state) {
        PartitionId id = partition(random.nextInt(PARTITIONS));
        Optional<RemotePartition> known = state.partition(id);
        List<RemoteSegment> segments = known.map(RemotePartition::segments).orElse(List.of());
        long end = known.map(RemotePartition::end).orElse((long) random.nextInt(3) * 50);
        switch (random.nextInt(14)) {
            case 0:
                return new TruncateSegments(id, random.nextInt((int) end + 10));
            case 1:
                return random.nextInt(3) == 0 ? new DeletePartition(id) : new MoveStart(id, end);
            case 2:
                return random.nextInt(4) == 0 ? new SetAside(id) : new MoveStart(id, random.nextInt((int) end + 20));
            case 3:
                if (random.nextInt(3) == 0) {
                    return new ForgetAside(id, new LinkedHashSet<>(objectsOfOneSetAside(state, id)));
                }
                return new MoveStart(id, random.nextInt((int) end + 1));
            case 4:
                PartitionId source = partition(random.nextInt(PARTITIONS));
                return new CopySegments(id, source, random.nextInt((int) end + 50));
            case 5:
                int kept = random.nextInt(segments.size() + 1);
                return new DropSegments(
                        id,
                        segments.subList(kept, segments.size()).stream()
                                .map(RemoteSegment::object)
                                .toList());
            case 6, 7:
                if (segments.size() > 1) {
                    int first = random.nextInt(segments.size() - 1);
                    RemoteSegment last = segments.get(first + 1);
                    return new AddSegments(
                            id, run(id, segments.get(first).baseOffset(), last.endOffset() + random.nextInt(2)));
                }
                return new AddSegments(id, run(id, end, end + 1 + random.nextInt(40)));
            default:
                return new AddSegments(id, run(id, end, end + 1 + random.nextInt(40)));
        }
    }

    private List<RemoteSegment> run(PartitionId id, long base, long end) {
        long border = base + random.nextInt((int) (end - base));
        UUID object = new UUID(random.nextLong(), random.nextLong());
        if (border == base) {
            return List.of(segment(id, object, base, end));
        }
        UUID other = new UUID(random.nextLong(), random.nextLong());
        return List.of(segment(id, object, base, border), segment(id, other, border, end));
    }
}
