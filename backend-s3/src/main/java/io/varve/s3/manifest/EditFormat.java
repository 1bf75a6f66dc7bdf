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
import io.varve.s3.object.SegmentIndex;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.UUID;

/** Encodes edits and segments (docs/formats/s3.md), and decodes them. Stateless. */
final class EditFormat {
    private static final byte ADD = 1;
    private static final byte MOVE_START = 2;
    private static final byte TRUNCATE = 3;
    private static final byte DROP = 4;
    private static final byte COPY = 5;
    private static final byte DELETE = 6;
    private static final byte SET_ASIDE = 7;
    private static final byte FORGET_ASIDE = 8;

    /** Topic of one character with its length, topic id, number. */
    static final int MIN_PARTITION = 2 + 1 + 16 + 4;

    private static final int MIN_EDIT = 1 + MIN_PARTITION;
    /** Key of one character with its length, object, seven numbers, length of the index. */
    private static final int MIN_SEGMENT = 2 + 1 + 16 + 7 * 8 + 4;

    private EditFormat() {}

    static void put(ManifestOutput into, List<ManifestEdit> edits) {
        into.putInt(edits.size());
        for (ManifestEdit edit : edits) {
            put(into, edit);
        }
    }

    static List<ManifestEdit> edits(ManifestInput from) {
        int count = from.getCount(MIN_EDIT, "edits");
        List<ManifestEdit> edits = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            edits.add(edit(from));
        }
        return edits;
    }

    private static void put(ManifestOutput into, ManifestEdit edit) {
        if (edit instanceof AddSegments add) {
            putSegments(into.putByte(ADD).put(add.partition()), add.segments());
        } else if (edit instanceof MoveStart move) {
            into.putByte(MOVE_START).put(move.partition()).putLong(move.start());
        } else if (edit instanceof TruncateSegments truncate) {
            into.putByte(TRUNCATE).put(truncate.partition()).putLong(truncate.end());
        } else if (edit instanceof DropSegments drop) {
            into.putByte(DROP).put(drop.partition()).putInt(drop.objects().size());
            drop.objects().forEach(into::put);
        } else if (edit instanceof CopySegments copy) {
            into.putByte(COPY).put(copy.partition()).put(copy.source()).putLong(copy.end());
        } else if (edit instanceof DeletePartition) {
            into.putByte(DELETE).put(edit.partition());
        } else if (edit instanceof SetAside) {
            into.putByte(SET_ASIDE).put(edit.partition());
        } else if (edit instanceof ForgetAside forget) {
            into.putByte(FORGET_ASIDE)
                    .put(forget.partition())
                    .putInt(forget.objects().size());
            forget.objects().forEach(into::put);
        } else {
            throw new IllegalStateException("unknown edit " + edit);
        }
    }

    private static ManifestEdit edit(ManifestInput from) {
        byte kind = from.getByte();
        PartitionId id = from.getPartition();
        switch (kind) {
            case ADD:
                return new AddSegments(id, segments(from));
            case MOVE_START:
                return new MoveStart(id, from.getLong());
            case TRUNCATE:
                return new TruncateSegments(id, from.getLong());
            case DROP:
                return new DropSegments(id, objects(from));
            case COPY:
                return new CopySegments(id, from.getPartition(), from.getLong());
            case DELETE:
                return new DeletePartition(id);
            case SET_ASIDE:
                return new SetAside(id);
            case FORGET_ASIDE:
                return new ForgetAside(id, new LinkedHashSet<>(objects(from)));
            default:
                throw from.corrupt("an edit of kind " + kind + ", must be " + ADD + " to " + FORGET_ASIDE);
        }
    }

    private static List<UUID> objects(ManifestInput from) {
        int count = from.getCount(16, "objects");
        List<UUID> objects = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            objects.add(from.getUuid());
        }
        return objects;
    }

    static void putSegments(ManifestOutput into, List<RemoteSegment> segments) {
        into.putInt(segments.size());
        for (RemoteSegment segment : segments) {
            into.putText(segment.key()).put(segment.object());
            into.putLong(segment.baseOffset()).putLong(segment.endOffset());
            into.putLong(segment.bytes()).putLong(segment.objectBytes());
            into.putLong(segment.firstTimestamp()).putLong(segment.maxTimestamp());
            into.putLong(segment.lastAppendMs());
            into.putBytes(segment.index().encoded());
        }
    }

    static List<RemoteSegment> segments(ManifestInput from) {
        int count = from.getCount(MIN_SEGMENT, "segments");
        List<RemoteSegment> segments = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            segments.add(from.sound(() -> segment(from)));
        }
        return segments;
    }

    private static RemoteSegment segment(ManifestInput from) {
        String key = from.getText();
        return new RemoteSegment(
                key,
                from.getUuid(),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                SegmentIndex.parse(from.getBytes(), from.where() + ", index of " + key));
    }
}
