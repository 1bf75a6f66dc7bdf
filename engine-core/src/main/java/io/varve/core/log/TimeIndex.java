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
import java.util.function.LongPredicate;

/** Finds records of a partition by time: the store finds the batch, this looks into it. Thread-safe. */
final class TimeIndex {
    private static final int SCAN_BYTES = 1 << 20;

    private final PartitionStore store;

    TimeIndex(PartitionStore store) {
        this.store = store;
    }

    /** @return the first record below {@code end} with a timestamp of at least {@code timestamp} */
    Optional<TimestampOffset> firstAtOrAfter(long timestamp, long end) {
        OffsetAt batch = store.offsetAt(timestamp);
        if (batch == null || batch.baseOffset() >= end) {
            return Optional.empty();
        }
        return firstInBatch(batch.baseOffset(), end, found -> found >= timestamp);
    }

    /** @return the first record below {@code end} that has the largest timestamp of those below it */
    Optional<TimestampOffset> newest(long end) {
        OffsetAt best = null;
        for (Segment segment : store.segments()) {
            if (segment.baseOffset() >= Math.min(end, segment.endOffset())) {
                continue;
            }
            OffsetAt candidate = segment.endOffset() <= end
                    ? store.offsetAt(segment.maxTimestamp())
                    : newestBatch(Math.max(segment.baseOffset(), store.extent().start()), end);
            if (candidate != null && (best == null || candidate.maxTimestamp() > best.maxTimestamp())) {
                best = candidate;
            }
        }
        if (best == null || best.maxTimestamp() < 0) {
            return Optional.empty();
        }
        long timestamp = best.maxTimestamp();
        return firstInBatch(best.baseOffset(), end, found -> found == timestamp);
    }

    private Optional<TimestampOffset> firstInBatch(long offset, long end, LongPredicate wanted) {
        try (BatchSlice slice = store.read(offset, end, 0)) {
            if (slice.sizeInBytes() == 0) {
                return Optional.empty();
            }
            ByteBuffer bytes = slice.buffer();
            int at = bytes.position();
            try (RecordIterator records = RecordIterator.withoutBodies(bytes, at, Integer.MAX_VALUE)) {
                while (records.next()) {
                    if (wanted.test(records.timestamp())) {
                        return Optional.of(new TimestampOffset(
                                records.timestamp(), records.offset(), BatchHeader.leaderEpoch(bytes, at)));
                    }
                }
            }
            return Optional.empty();
        }
    }

    private OffsetAt newestBatch(long from, long end) {
        OffsetAt best = null;
        long offset = from;
        while (offset < end) {
            try (BatchSlice slice = store.read(offset, end, SCAN_BYTES)) {
                if (slice.sizeInBytes() == 0) {
                    break;
                }
                ByteBuffer bytes = slice.buffer();
                for (int at = bytes.position(); at < bytes.limit(); ) {
                    long newest = BatchHeader.maxTimestamp(bytes, at);
                    if (best == null || newest > best.maxTimestamp()) {
                        best = new OffsetAt(BatchHeader.baseOffset(bytes, at), newest);
                    }
                    offset = BatchHeader.nextOffset(bytes, at);
                    at += BatchValidator.frame(bytes, at, bytes.limit());
                }
            }
        }
        return best;
    }
}
