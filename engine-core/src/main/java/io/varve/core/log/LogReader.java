// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.log.read.ReadResult;
import io.varve.core.log.read.TimestampLookup;
import io.varve.core.log.read.TimestampOffset;
import io.varve.core.producer.ProducerStates;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.core.transaction.AbortedSnapshot;
import java.util.Optional;

/** The reading side of a partition: how far each isolation sees, and what lies there. Thread-safe, never waits for a writer. */
final class LogReader {
    private final PartitionStore store;
    private final HighWatermark highWatermark;
    private final ProducerStates producers;
    private final TimestampLookup times;

    LogReader(PartitionStore store, HighWatermark highWatermark, ProducerStates producers) {
        this.store = store;
        this.highWatermark = highWatermark;
        this.producers = producers;
        this.times = new TimestampLookup(store);
    }

    long lastStableOffset() {
        return stable(highWatermark.value());
    }

    /** @param visible the high watermark, read before the transactions are: of one that begins below it they know by then */
    private long stable(long visible) {
        long unstable = producers.firstUnstableOffset();
        return unstable >= visible
                ? visible
                : Math.min(visible, Math.max(unstable, store.extent().start()));
    }

    /** @param logEndOffset read before the call */
    ReadResult read(long offset, int maxBytes, Isolation isolation, long logEndOffset) {
        long visible = highWatermark.value();
        long stable = stable(visible);
        // After the end is known and before anything is read: whatever is read and void, is in it.
        AbortedSnapshot aborted = producers.aborted();
        Extent extent = store.extent();
        PartitionId id = store.id();
        if (offset < extent.start() || offset > logEndOffset) {
            throw new OffsetOutOfRangeException(
                    "offset " + offset + " of " + id + " is not between " + extent.start() + " and " + logEndOffset);
        }
        long end = Math.min(extent.readableEnd(), limit(isolation, visible, stable));
        // At or past the end there is nothing to cut: an end at the offset itself gives an empty slice.
        long from = Math.min(offset, extent.readableEnd());
        try {
            return new ReadResult(
                    store.read(from, Math.max(from, end), maxBytes), extent.start(), visible, stable, aborted);
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.MISUSE
                    && offset < store.extent().start()) {
                throw new OffsetOutOfRangeException("offset " + offset + " of " + id + " was just trimmed");
            }
            throw e;
        }
    }

    private static long limit(Isolation isolation, long visible, long stable) {
        return switch (isolation) {
            case LOG_END -> Long.MAX_VALUE;
            case READ_UNCOMMITTED -> visible;
            case READ_COMMITTED -> stable;
        };
    }

    Optional<TimestampOffset> firstAtOrAfter(long timestamp, Isolation isolation) {
        return times.firstAtOrAfter(timestamp, end(isolation));
    }

    Optional<TimestampOffset> newest(Isolation isolation) {
        return times.newest(end(isolation));
    }

    private long end(Isolation isolation) {
        long visible = highWatermark.value();
        return Math.min(store.extent().readableEnd(), limit(isolation, visible, stable(visible)));
    }
}
