// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionStore;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.Chunk;
import io.varve.s3.object.ContentCrc;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares objects with the batches that this machine has at their offsets, and keeps the results. Equal
 * borders and sizes do not make equal batches: the data directories may be of an earlier day, or another
 * backend has written to them meanwhile, or compaction has removed records without a change in size.
 * Thread-safe.
 *
 * <p>Objects that this process has stored are known to be equal. Of others the heads of the batches are
 * read, once for each object.
 */
final class ComparedCopies {
    private static final Logger LOG = LoggerFactory.getLogger(ComparedCopies.class);
    private static final int READ_BYTES = 1 << 20;
    private static final int HEAD_BYTES = 16 << 10;

    private record Comparison(long baseOffset, long endOffset, boolean same) {}

    private final Map<UUID, Comparison> known = new HashMap<>();
    private long changes;

    /** Notes that this machine has had the object's batches, and has not changed them since. */
    synchronized void stored(RemoteSegment segment) {
        known.put(segment.object(), new Comparison(segment.baseOffset(), segment.endOffset(), true));
    }

    /**
     * Forgets what may not hold any more.
     *
     * @param from lowest offset of batches that change, inclusive
     * @param end exclusive
     */
    synchronized void changed(long from, long end) {
        changes++;
        known.values().removeIf(one -> one.baseOffset() < end && from < one.endOffset());
    }

    /** Forgets objects that are in no use here any more. */
    synchronized void keepOnly(List<RemoteSegment> segments) {
        Set<UUID> objects = segments.stream().map(RemoteSegment::object).collect(Collectors.toSet());
        known.keySet().retainAll(objects);
    }

    /** Tells whether a segment was found to have other batches than this machine; reads nothing. */
    synchronized boolean isKnownToDiffer(RemoteSegment segment) {
        Comparison one = known.get(segment.object());
        return one != null && !one.same();
    }

    /**
     * Tells whether a segment has the batches that this machine has at its offsets; reads their heads unless
     * that is known. Where they cannot be compared, equal borders and sizes must do: when the segment was
     * cut, begins below what is on this machine, or was stored before sums were noted.
     *
     * @throws io.varve.core.spi.StorageException what a read of the hot partition throws
     */
    boolean areSame(PartitionStore hot, RemoteSegment segment) {
        long seen;
        synchronized (this) {
            Comparison one = known.get(segment.object());
            if (one != null) {
                return one.same();
            }
            seen = changes;
        }
        OptionalInt noted = segment.index().contentCrc();
        if (noted.isEmpty()
                || isCut(segment)
                || segment.baseOffset() < hot.extent().start()) {
            return true;
        }
        boolean same = contentCrc(hot, segment.baseOffset(), segment.endOffset()) == noted.getAsInt();
        note(seen, hot, segment, same);
        return same;
    }

    private static boolean isCut(RemoteSegment segment) {
        List<Chunk> chunks = segment.index().chunks();
        return !chunks.isEmpty() && chunks.get(chunks.size() - 1).endOffset() > segment.endOffset();
    }

    private synchronized void note(long seen, PartitionStore hot, RemoteSegment segment, boolean same) {
        if (seen != changes) {
            return;
        }
        known.put(segment.object(), new Comparison(segment.baseOffset(), segment.endOffset(), same));
        if (!same) {
            LOG.warn(
                    "{}: the records from {} to {} on this machine are others than those in the bucket, of the same "
                            + "offsets",
                    hot.id(),
                    segment.baseOffset(),
                    segment.endOffset());
        }
    }

    private static int contentCrc(PartitionStore hot, long from, long end) {
        ContentCrc crc = new ContentCrc();
        ByteBuffer heads = ByteBuffer.allocate(HEAD_BYTES);
        long next = from;
        while (next < end) {
            try (BatchSlice slice = hot.read(next, end, READ_BYTES)) {
                if (slice.sizeInBytes() == 0) {
                    break;
                }
                next = add(slice, heads, crc);
            }
        }
        return crc.value();
    }

    /** Returns the offset after the slice's last batch. */
    private static long add(BatchSlice slice, ByteBuffer heads, ContentCrc crc) {
        int size = slice.sizeInBytes();
        int filledFrom = 0;
        heads.limit(0);
        long next = 0;
        int at = 0;
        while (at < size) {
            if (at + BatchHeader.SIZE > filledFrom + heads.limit()) {
                filledFrom = at;
                heads.clear().limit(Math.min(HEAD_BYTES, size - at));
                slice.copy(at, heads);
                heads.flip();
            }
            next = BatchHeader.nextOffset(heads, at - filledFrom);
            at += crc.add(heads, at - filledFrom);
        }
        return next;
    }
}
