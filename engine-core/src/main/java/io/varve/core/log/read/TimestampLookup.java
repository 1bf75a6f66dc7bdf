// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.read;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Finds records of a partition by time: the store finds the batch, {@link BatchTimestampSearch} searches its
 * records. A query takes little memory and decompresses a bounded number of bytes, whatever is stored.
 * Thread-safe.
 */
public final class TimestampLookup {
    private static final int SCAN_BYTES = 1 << 20;
    /** Max queries to the store before the remaining batches of a piece are walked. */
    private static final int MAX_STEPS = 8;
    /**
     * Max batches searched whose headers claim a later timestamp than their records have; after them the
     * newest record found is the answer.
     */
    private static final int MAX_WRONG_HEADERS = 8;

    private final PartitionStore store;

    /** @param store the partition's */
    public TimestampLookup(PartitionStore store) {
        this.store = store;
    }

    /** Examines one batch. */
    @FunctionalInterface
    private interface BatchProbe<T> {
        /** @return the answer, or null to go on with the next batch */
        T at(ByteBuffer bytes, int at);
    }

    /**
     * @param timestamp ms since the epoch
     * @param end end of the search, exclusive
     * @return the first record below {@code end} with a timestamp of at least {@code timestamp}
     * @throws StorageException CORRUPT, CLOSED
     */
    public Optional<TimestampOffset> firstAtOrAfter(long timestamp, long end) {
        return untilNotTrimmed(() -> findFirst(timestamp, end));
    }

    /**
     * @param end end of the search, exclusive
     * @return the record with the largest timestamp below {@code end}; of several the first
     * @throws StorageException CORRUPT, CLOSED
     */
    public Optional<TimestampOffset> newest(long end) {
        return untilNotTrimmed(() -> findNewest(end));
    }

    /** Repeats a query when a trim removes the batches it is about to read; the repeat begins above them. */
    private <T> T untilNotTrimmed(Supplier<T> question) {
        while (true) {
            long start = store.extent().start();
            try {
                return question.get();
            } catch (StorageException e) {
                if (e.kind() != StorageException.Kind.MISUSE || store.extent().start() == start) {
                    throw e;
                }
            }
        }
    }

    private Optional<TimestampOffset> findFirst(long timestamp, long end) {
        OffsetAt batch = store.offsetAt(timestamp);
        if (batch == null) {
            return Optional.empty();
        }
        long start = store.extent().start();
        BatchTimestampSearch times = new BatchTimestampSearch(start);
        // A header may claim a later timestamp than the batch's remaining records have: then the next batch
        // is searched.
        BatchProbe<TimestampOffset> probe = (bytes, at) ->
                BatchHeader.maxTimestamp(bytes, at) >= timestamp ? times.firstAtOrAfter(bytes, at, timestamp) : null;
        return Optional.ofNullable(walk(Math.max(start, batch.baseOffset()), end, 0, probe));
    }

    private Optional<TimestampOffset> findNewest(long end) {
        long start = store.extent().start();
        BatchTimestampSearch times = new BatchTimestampSearch(start);
        TimestampOffset best = null;
        // The sort is stable: of equal timestamps the first segment wins.
        List<Segment> newestFirst = store.segments().stream()
                .sorted(Comparator.comparingLong(Segment::maxTimestamp).reversed())
                .toList();
        for (Segment segment : newestFirst) {
            boolean older = segment.maxTimestamp() < 0 || best != null && segment.maxTimestamp() <= best.timestamp();
            Piece piece = new Piece(
                    Math.max(start, segment.baseOffset()), Math.min(end, segment.endOffset()), segment.maxTimestamp());
            if (!older && piece.from < piece.to) {
                best = newer(best, newestIn(piece, times));
            }
        }
        return Optional.ofNullable(best).filter(found -> found.timestamp() >= 0);
    }

    /** @return the record with the larger timestamp; of equal timestamps the one with the lower offset */
    private static TimestampOffset newer(TimestampOffset one, TimestampOffset other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        boolean later = other.timestamp() > one.timestamp()
                || other.timestamp() == one.timestamp() && other.offset() < one.offset();
        return later ? other : one;
    }

    /**
     * Names the visible part of a segment.
     *
     * @param maxTimestamp upper bound of its batches' timestamps, in ms since the epoch
     */
    private record Piece(long from, long to, long maxTimestamp) {
        boolean has(OffsetAt batch) {
            return batch != null && batch.baseOffset() < to;
        }
    }

    private TimestampOffset newestIn(Piece piece, BatchTimestampSearch times) {
        OffsetAt first = store.offsetAt(piece.maxTimestamp);
        if (first != null && first.baseOffset() >= piece.from && piece.has(first)) {
            TimestampOffset found = newestOf(first, piece, times);
            if (found != null && found.timestamp() >= piece.maxTimestamp) {
                return found;
            }
        }
        // Its newest records are trimmed, not visible yet, or compacted away: find the newest of the others.
        OffsetAt high = climb(piece);
        OffsetAt newest = newestBatch(piece, high == null ? piece.from : high.baseOffset(), Set.of());
        TimestampOffset best = newest == null ? null : newestOf(newest, piece, times);
        boolean honest = best != null
                && best.timestamp() >= newest.maxTimestamp()
                && (high == null || newest.maxTimestamp() >= high.maxTimestamp());
        return honest || newest == null && high == null ? best : newestByRecords(piece, best, times);
    }

    /**
     * Searches the batches in descending order of the max timestamps in their headers, until no header
     * exceeds the newest record found.
     */
    private TimestampOffset newestByRecords(Piece piece, TimestampOffset found, BatchTimestampSearch times) {
        TimestampOffset best = found;
        Set<Long> known = new HashSet<>();
        for (int i = 0; i < MAX_WRONG_HEADERS; i++) {
            OffsetAt batch = newestBatch(piece, piece.from, known);
            if (batch == null || best != null && batch.maxTimestamp() < best.timestamp()) {
                break;
            }
            best = newer(best, newestOf(batch, piece, times));
            known.add(batch.baseOffset());
        }
        return best;
    }

    private TimestampOffset newestOf(OffsetAt batch, Piece piece, BatchTimestampSearch times) {
        // The walk ends at its first batch, whether that batch has a remaining record or not.
        BatchProbe<Optional<TimestampOffset>> probe = (bytes, at) -> Optional.ofNullable(times.newest(bytes, at));
        Optional<TimestampOffset> found = walk(Math.max(piece.from, batch.baseOffset()), piece.to, 0, probe);
        return found == null ? null : found.orElse(null);
    }

    /**
     * @return the batch with the largest max timestamp in its header, of the batches from an offset on that
     *     are not in {@code known}
     */
    private OffsetAt newestBatch(Piece piece, long from, Set<Long> known) {
        NewestBatch newest = new NewestBatch(known);
        walk(from, piece.to, SCAN_BYTES, newest);
        return newest.batch;
    }

    /** Remembers the batch with the largest max timestamp in its header; never ends the walk. */
    private static final class NewestBatch implements BatchProbe<OffsetAt> {
        private final Set<Long> known;
        private OffsetAt batch;

        NewestBatch(Set<Long> known) {
            this.known = known;
        }

        @Override
        public OffsetAt at(ByteBuffer bytes, int at) {
            long newest = BatchHeader.maxTimestamp(bytes, at);
            boolean candidate =
                    BatchHeader.recordCount(bytes, at) > 0 && !known.contains(BatchHeader.baseOffset(bytes, at));
            if (candidate && (batch == null || newest > batch.maxTimestamp())) {
                batch = new OffsetAt(BatchHeader.baseOffset(bytes, at), newest);
            }
            return null;
        }
    }

    /**
     * Narrows down where the newest batch of a piece lies, by halving the range of timestamps.
     *
     * @return a batch of the piece whose header's max timestamp exceeds those of all batches before it, or
     *     null
     */
    private OffsetAt climb(Piece piece) {
        OffsetAt highest = null;
        long low = 0;
        long high = piece.maxTimestamp;
        for (int i = 0; i < MAX_STEPS && low < high; i++) {
            long middle = low + (high - low) / 2 + 1;
            OffsetAt found = store.offsetAt(middle);
            if (piece.has(found)) {
                highest = found.baseOffset() >= piece.from ? found : highest;
                low = Math.max(middle, found.maxTimestamp());
            } else {
                high = middle - 1;
            }
        }
        return highest;
    }

    /**
     * Examines one batch after another, from the one that contains {@code from} on.
     *
     * @param firstBytes bounds the first read
     * @return the first result of the probe, or null if it gave none below {@code end}
     */
    private <T> T walk(long from, long end, int firstBytes, BatchProbe<T> probe) {
        long offset = from;
        int maxBytes = firstBytes;
        while (offset < end) {
            try (BatchSlice slice = store.read(offset, end, maxBytes)) {
                if (slice.sizeInBytes() == 0) {
                    return null;
                }
                ByteBuffer bytes = slice.buffer();
                for (int at = bytes.position(); at < bytes.limit(); ) {
                    T found = probe.at(bytes, at);
                    if (found != null) {
                        return found;
                    }
                    offset = BatchHeader.nextOffset(bytes, at);
                    at += BatchValidator.frame(bytes, at, bytes.limit());
                }
            }
            maxBytes = SCAN_BYTES;
        }
        return null;
    }
}
