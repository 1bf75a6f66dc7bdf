// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.support.ContractChecks;

/**
 * Reads what is committed of a partition, in short transactions. A read that an edit overtook begins anew. Stateless but for the
 * partition; thread-safe.
 */
final class LmdbPartitionReader {
    /** Most bytes of one read beyond its first batch: the next read goes on from there. */
    private static final int MOST = 1 << 20;
    /** Batches looked at in one transaction by a search for a timestamp. */
    private static final int MOST_LOOKED_AT = 4096;

    private final LmdbPartition partition;
    private final LmdbEnvironment environment;

    LmdbPartitionReader(LmdbPartition partition) {
        this.partition = partition;
        this.environment = partition.environment;
    }

    BatchSlice read(long offset, long endOffset, int maxBytes) {
        int most = environment.buffers.isTight() ? 0 : Math.min(maxBytes, MOST);
        while (true) {
            CommittedView window = partition.window();
            ContractChecks.requireReadable(partition.id, offset, maxBytes, window.start(), window.readableEnd());
            LmdbSlice slice = read(window, offset, Math.min(endOffset, window.committedEnd()), most);
            if (!partition.isStale(window, offset)) {
                return slice;
            }
            slice.close();
        }
    }

    private LmdbSlice read(CommittedView window, long offset, long limit, int maxBytes) {
        LmdbSegment[] segments = window.segments();
        for (int i = window.indexOf(offset); i < segments.length && segments[i].base < limit; i++) {
            LmdbSegment segment = segments[i];
            long from = Math.max(offset, segment.base);
            long end = Math.min(window.endOf(i), window.committedEnd());
            LmdbSlice slice = environment.read(view -> view.batches(
                    segment.store, from, end, limit, maxBytes, environment.verifiesReads, environment.buffers));
            if (slice != null) {
                return slice;
            }
        }
        return LmdbSlice.EMPTY;
    }

    OffsetAt offsetAt(long timestamp) {
        while (true) {
            CommittedView window = partition.window();
            OffsetAt found = find(window, timestamp);
            if (!partition.isStale(window, window.start())) {
                return found;
            }
        }
    }

    private OffsetAt find(CommittedView window, long timestamp) {
        LmdbSegment[] segments = window.segments();
        for (int i = window.indexOf(window.start()); i < segments.length; i++) {
            LmdbSegment segment = segments[i];
            long end =
                    segment.maxTimestamp < timestamp ? segment.base : Math.min(window.endOf(i), window.committedEnd());
            for (long from = Math.max(window.start(), segment.base); from < end; ) {
                long at = from;
                ReadTransaction.Looked looked = environment.read(
                        view -> view.firstAtOrAfter(timestamp, segment.store, at, end, MOST_LOOKED_AT));
                if (looked.found() != null) {
                    return looked.found();
                }
                from = looked.next();
            }
        }
        return null;
    }
}
