// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.epoch;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells which offsets were written in which leader epoch. Every batch carries its epoch, and epochs only rise
 * along the log, so a few reads find where each begins. The result is stored in a blob, since compaction may
 * remove an epoch's first batches. Nothing is read before the first query, or the first append in an epoch
 * above 0, unless {@link #prepare} is called. Thread-safe.
 */
public final class LeaderEpochs {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderEpochs.class);
    private static final int NOT_LOADED = -1;
    /** There is no epoch before epoch 0. One map for all partitions that never had another. */
    private static final NavigableMap<Integer, Long> ONLY_FIRST = new TreeMap<>(Map.of(0, 0L));

    private final PartitionStore store;
    private final int current;
    /** Epoch to its first offset. Null until needed; replaced as a whole, never modified. */
    private volatile NavigableMap<Integer, Long> starts;
    /** The newest epoch of a batch, as far as the writer needs to know. */
    private volatile int newest;

    private boolean written;

    /**
     * @param store the partition's
     * @param current the epoch in force, 0 or more
     */
    public LeaderEpochs(PartitionStore store, int current) {
        this.store = store;
        this.current = current;
        if (current == 0) {
            starts = ONLY_FIRST;
            written = true;
        } else {
            newest = NOT_LOADED;
        }
    }

    /**
     * Reads now what the first append would read: where reads may wait for a remote tier, an append must not.
     *
     * @throws StorageException CORRUPT, CLOSED, RETRY
     */
    public void prepare() {
        known(store.extent().readableEnd());
    }

    /**
     * Records the epoch of an appended batch; with the writer's lock held.
     *
     * @param epoch the batch's leader epoch
     * @param base the batch's first offset
     */
    public void appended(int epoch, long base) {
        if (epoch != newest) {
            note(epoch, base);
        }
    }

    private synchronized void note(int epoch, long base) {
        NavigableMap<Integer, Long> known = known(base);
        if (known.isEmpty() || epoch > known.lastKey()) {
            NavigableMap<Integer, Long> more = new TreeMap<>(known);
            more.put(epoch, base);
            starts = more;
            written = false;
        }
        newest = epoch;
        if (!written) {
            write(base);
        }
    }

    private void write(long offset) {
        Snapshots snapshots = store.snapshots();
        try {
            snapshots.write(LeaderEpochBlob.NAME, offset, LeaderEpochBlob.write(starts));
            written = true;
            for (long other : snapshots.offsets(LeaderEpochBlob.NAME)) {
                if (other < offset) {
                    snapshots.delete(LeaderEpochBlob.NAME, other);
                }
            }
        } catch (StorageException e) {
            // The batches still tell where the epochs begin, until compaction removes some.
            LOG.warn("Where leader epochs of {} begin was not written down: {}", store.id(), e.getMessage());
        }
    }

    /**
     * @param epoch a leader epoch
     * @param logEnd the log end offset
     * @return where the epoch ends, or the nearest epoch below when it has no records; empty for an epoch
     *     that has not begun
     * @throws StorageException CORRUPT, CLOSED, RETRY
     */
    public Optional<EpochEnd> endOf(int epoch, long logEnd) {
        if (epoch < 0 || epoch > current) {
            return Optional.empty();
        }
        if (epoch == current) {
            return Optional.of(new EpochEnd(epoch, logEnd));
        }
        NavigableMap<Integer, Long> history = history(logEnd);
        Map.Entry<Integer, Long> own = history.floorEntry(epoch);
        long end = history.higherEntry(epoch).getValue();
        return Optional.of(new EpochEnd(own == null ? epoch : own.getKey(), end));
    }

    /**
     * @param epoch a leader epoch
     * @return true if {@link #endOf} reads nothing
     */
    public boolean knowsEndOf(int epoch) {
        return starts != null || epoch < 0 || epoch >= current;
    }

    /**
     * @param offset an offset of the log
     * @param logEnd the log end offset
     * @return the epoch in which the record at the offset was written, or would be written now; -1 if that is
     *     not known
     * @throws StorageException CORRUPT, CLOSED, RETRY
     */
    public int at(long offset, long logEnd) {
        int epoch = -1;
        for (Map.Entry<Integer, Long> each : history(logEnd).entrySet()) {
            if (each.getValue() <= offset) {
                epoch = each.getKey();
            }
        }
        return epoch;
    }

    /**
     * Gives the history as Kafka keeps it: from the log's start on, up to the epoch in force, which begins at
     * the log end if it has no batch.
     */
    private NavigableMap<Integer, Long> history(long logEnd) {
        NavigableMap<Integer, Long> history = new TreeMap<>(known(logEnd));
        history.putIfAbsent(current, logEnd);
        long start = store.extent().start();
        while (history.size() > 1 && history.higherEntry(history.firstKey()).getValue() <= start) {
            history.pollFirstEntry();
        }
        history.computeIfPresent(history.firstKey(), (epoch, from) -> Math.max(from, start));
        return history;
    }

    private NavigableMap<Integer, Long> known(long end) {
        NavigableMap<Integer, Long> present = starts;
        return present != null ? present : load(end);
    }

    private synchronized NavigableMap<Integer, Long> load(long logEnd) {
        if (starts == null) {
            Extent extent = store.extent();
            long end = Math.min(logEnd, extent.readableEnd());
            NavigableMap<Integer, Long> kept = store.snapshots()
                    .newest(LeaderEpochBlob.NAME, end)
                    .flatMap(blob -> LeaderEpochBlob.read(blob.bytes()))
                    .orElseGet(TreeMap::new);
            written = !kept.isEmpty();
            // An epoch that begins at the end or above belongs to records lost in a crash.
            written &= !kept.values().removeIf(start -> start >= end && start > extent.start());
            int before = kept.size();
            search(kept, extent.start(), end);
            written &= kept.size() == before;
            starts = kept;
        }
        return starts;
    }

    /** Holds the first offset of a batch, and its epoch. */
    private record Start(long offset, int epoch) {}

    /** Finds the epochs that begin after the last known one. */
    private void search(NavigableMap<Integer, Long> found, long start, long end) {
        int last = found.isEmpty() ? NOT_LOADED : found.lastKey();
        long from = found.isEmpty() ? start : Math.max(start, found.lastEntry().getValue());
        while (from < end && !endsIn(last, end)) {
            long low = from; // everything below belongs to a known epoch
            long high = end;
            while (low < high) {
                long middle = low + (high - low) / 2;
                if (isAbove(last, middle, end)) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            Start batch = low < end ? batchAt(low, end) : null;
            if (batch == null) {
                return;
            }
            last = batch.epoch;
            from = Math.max(start, batch.offset);
            found.put(last, from);
        }
    }

    /** Tells whether the log's last batch is of an epoch: epochs only rise, so no other follows then. */
    private boolean endsIn(int epoch, long end) {
        try {
            Start last = batchAt(end - 1, end);
            return last != null && last.epoch == epoch;
        } catch (StorageException | InvalidBatchException e) {
            if (e instanceof StorageException failure) {
                failure.rethrowUnless(StorageException.Kind.CORRUPT);
            }
            return false; // the search goes around damage
        }
    }

    private boolean isAbove(int epoch, long offset, long end) {
        try {
            Start batch = batchAt(offset, end);
            return batch == null || batch.epoch > epoch;
        } catch (StorageException | InvalidBatchException e) {
            if (e instanceof StorageException failure) {
                failure.rethrowUnless(StorageException.Kind.CORRUPT);
            }
            return false; // no epoch begins with a damaged batch
        }
    }

    /**
     * @return first offset and epoch of the batch that contains an offset, or of the next batch; null if
     *     there is none below the end
     */
    private Start batchAt(long offset, long end) {
        try (BatchSlice slice = store.read(offset, end, 0)) {
            if (slice.sizeInBytes() == 0) {
                return null;
            }
            ByteBuffer bytes = slice.buffer();
            int at = bytes.position();
            BatchValidator.frame(bytes, at, bytes.limit());
            return new Start(BatchHeader.baseOffset(bytes, at), BatchHeader.leaderEpoch(bytes, at));
        }
    }
}
