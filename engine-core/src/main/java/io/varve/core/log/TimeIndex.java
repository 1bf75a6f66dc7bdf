// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.RecordIterator;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Finds records of a partition by time: the store finds the batch, this looks into it. Thread-safe. */
final class TimeIndex {
    private static final int SCAN_BYTES = 1 << 20;

    private final PartitionStore store;

    TimeIndex(PartitionStore store) {
        this.store = store;
    }

    /** Looks at one batch; returns true to stop. */
    @FunctionalInterface
    private interface Look {
        boolean at(ByteBuffer bytes, int at);
    }

    /** @return the first record below {@code end} with a timestamp of at least {@code timestamp} */
    Optional<TimestampOffset> firstAtOrAfter(long timestamp, long end) {
        OffsetAt batch = store.offsetAt(timestamp);
        if (batch == null) {
            return Optional.empty();
        }
        TimestampOffset[] found = new TimestampOffset[1];
        long start = store.extent().start();
        // A header may claim more than its records hold, since nobody but the producer has looked into them: then the
        // next one's turn.
        walk(Math.max(start, batch.baseOffset()), end, 0, (bytes, at) -> {
            if (BatchHeader.maxTimestamp(bytes, at) >= timestamp) {
                found[0] = inBatch(bytes, at, start, timestamp);
            }
            return found[0] != null;
        });
        return Optional.ofNullable(found[0]);
    }

    /** @return the first record below {@code end} that has the largest timestamp of those below it */
    Optional<TimestampOffset> newest(long end) {
        long start = store.extent().start();
        OffsetAt best = null;
        for (Segment segment : store.segments()) {
            if (segment.baseOffset() >= Math.min(end, segment.endOffset())) {
                continue;
            }
            OffsetAt candidate = segment.endOffset() <= end
                    ? store.offsetAt(segment.maxTimestamp())
                    : newestBatch(Math.max(segment.baseOffset(), start), end);
            if (candidate != null && (best == null || candidate.maxTimestamp() > best.maxTimestamp())) {
                best = candidate;
            }
        }
        if (best == null || best.maxTimestamp() < 0) {
            return Optional.empty();
        }
        TimestampOffset[] found = new TimestampOffset[1];
        walk(Math.max(start, best.baseOffset()), end, 0, (bytes, at) -> {
            found[0] = newestInBatch(bytes, at, start);
            return true;
        });
        return Optional.ofNullable(found[0]);
    }

    private static TimestampOffset inBatch(ByteBuffer bytes, int at, long start, long timestamp) {
        try (RecordIterator records = RecordIterator.withoutBodies(bytes, at, Integer.MAX_VALUE)) {
            while (records.next()) {
                if (records.timestamp() >= timestamp && records.offset() >= start) {
                    return found(records, bytes, at);
                }
            }
        }
        return null;
    }

    private static TimestampOffset newestInBatch(ByteBuffer bytes, int at, long start) {
        TimestampOffset newest = null;
        try (RecordIterator records = RecordIterator.withoutBodies(bytes, at, Integer.MAX_VALUE)) {
            while (records.next()) {
                if (records.offset() >= start && (newest == null || records.timestamp() > newest.timestamp())) {
                    newest = found(records, bytes, at);
                }
            }
        }
        return newest;
    }

    private static TimestampOffset found(RecordIterator record, ByteBuffer bytes, int at) {
        return new TimestampOffset(record.timestamp(), record.offset(), BatchHeader.leaderEpoch(bytes, at));
    }

    private OffsetAt newestBatch(long from, long end) {
        OffsetAt[] best = new OffsetAt[1];
        walk(from, end, SCAN_BYTES, (bytes, at) -> {
            long newest = BatchHeader.maxTimestamp(bytes, at);
            if (best[0] == null || newest > best[0].maxTimestamp()) {
                best[0] = new OffsetAt(BatchHeader.baseOffset(bytes, at), newest);
            }
            return false;
        });
        return best[0];
    }

    /** Looks at the batches from the one that contains {@code from} on; {@code firstBytes} bounds the first read. */
    private void walk(long from, long end, int firstBytes, Look look) {
        long offset = from;
        int maxBytes = firstBytes;
        while (offset < end) {
            try (BatchSlice slice = store.read(offset, end, maxBytes)) {
                if (slice.sizeInBytes() == 0) {
                    return;
                }
                ByteBuffer bytes = slice.buffer();
                for (int at = bytes.position(); at < bytes.limit(); ) {
                    if (look.at(bytes, at)) {
                        return;
                    }
                    offset = BatchHeader.nextOffset(bytes, at);
                    at += BatchValidator.frame(bytes, at, bytes.limit());
                }
            }
            maxBytes = SCAN_BYTES;
        }
    }
}
