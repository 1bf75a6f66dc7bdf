// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.support.ContractChecks;

/**
 * Reads committed batches of a partition in short transactions. A read begins anew when the partition was
 * edited meanwhile. Thread-safe.
 */
final class LmdbPartitionReader {
    /** Max bytes of one read, unless its first batch is larger; the caller's next read goes on after them. */
    private static final int MAX_BYTES = 1 << 20;
    /** Max batches that a search for a timestamp reads in one transaction. */
    private static final int MAX_SEARCHED = 4096;

    private final LmdbPartition partition;
    private final LmdbEnvironment environment;

    LmdbPartitionReader(LmdbPartition partition) {
        this.partition = partition;
        this.environment = partition.environment;
    }

    BatchSlice read(long offset, long endOffset, int maxBytes) {
        int max = environment.buffers.isTight() ? 0 : Math.min(maxBytes, MAX_BYTES);
        while (true) {
            CommittedView view = partition.committedView();
            ContractChecks.requireReadable(partition.id, offset, maxBytes, view.start(), view.readableEnd());
            LmdbSlice slice = read(view, offset, Math.min(endOffset, view.committedEnd()), max);
            if (!partition.isStale(view, offset)) {
                return slice;
            }
            slice.close();
        }
    }

    private LmdbSlice read(CommittedView view, long offset, long limit, int maxBytes) {
        LmdbSegment[] segments = view.segments();
        for (int i = view.indexOf(offset); i < segments.length && segments[i].base < limit; i++) {
            LmdbSegment segment = segments[i];
            long from = Math.max(offset, segment.base);
            long end = Math.min(view.endOf(i), view.committedEnd());
            LmdbSlice slice = environment.read(txn -> txn.batches(
                    segment.store, from, end, limit, maxBytes, environment.verifiesReads, environment.buffers));
            if (slice != null) {
                return slice;
            }
        }
        return LmdbSlice.EMPTY;
    }

    OffsetAt offsetAt(long timestamp) {
        while (true) {
            CommittedView view = partition.committedView();
            OffsetAt found = find(view, timestamp);
            if (!partition.isStale(view, view.start())) {
                return found;
            }
        }
    }

    private OffsetAt find(CommittedView view, long timestamp) {
        LmdbSegment[] segments = view.segments();
        for (int i = view.indexOf(view.start()); i < segments.length; i++) {
            LmdbSegment segment = segments[i];
            long end = segment.maxTimestamp < timestamp ? segment.base : Math.min(view.endOf(i), view.committedEnd());
            for (long from = Math.max(view.start(), segment.base); from < end; ) {
                long at = from;
                ReadTransaction.TimestampSearch search =
                        environment.read(txn -> txn.firstAtOrAfter(timestamp, segment.store, at, end, MAX_SEARCHED));
                if (search.found() != null) {
                    return search.found();
                }
                from = search.next();
            }
        }
        return null;
    }
}
