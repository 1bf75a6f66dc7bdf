// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.recovery;

import io.varve.core.producer.ProducerSnapshotFormat;
import io.varve.core.producer.ProducerStates;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import io.varve.core.transaction.AbortedTransaction;
import io.varve.core.transaction.TransactionIndex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes and loads snapshots of a partition's producers. A snapshot has the log end offset as its offset. The
 * index of aborted transactions is written before it, by segment; the snapshot holds the index's checksums.
 * Two snapshots are kept, since a crash may move the log end back.
 *
 * <p>One caller at a time; {@link #prepare} with the writer's lock held.
 */
public final class ProducerSnapshotStore {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerSnapshotStore.class);
    private static final int KEPT = 2;

    private final PartitionStore store;
    private final FailPoints failPoints;
    private long offset;
    /** The stored parts of the index that are sound; other parts, from before a crash, are found once. */
    private List<TransactionIndex.Part> index = List.of();

    private boolean swept;
    /** True if the last snapshot has aborted transactions that have been forgotten since. */
    private boolean outdated;

    /**
     * Holds a snapshot that is ready to be written.
     *
     * @param offset the log end offset of the snapshot
     * @param producers the snapshot's bytes
     * @param index the index of aborted transactions whose checksums the snapshot holds
     */
    public record Pending(long offset, ByteBuffer producers, List<TransactionIndex.StoredPart> index) {
        List<TransactionIndex.Part> parts() {
            return index.stream().map(TransactionIndex.StoredPart::part).toList();
        }
    }

    /** Holds the newest sound snapshot, and its offset. */
    record Loaded(ProducerStates states, long offset) {}

    /**
     * @param store the partition's
     * @param failPoints hit at the boundaries of durability
     */
    public ProducerSnapshotStore(PartitionStore store, FailPoints failPoints) {
        this.store = store;
        this.failPoints = failPoints;
    }

    /**
     * Finds the newest snapshot that is whole, and has a whole index.
     *
     * @param from min offset of the snapshot, inclusive
     * @param to max offset of the snapshot, inclusive
     * @param fits tells whether a snapshot still matches the log
     */
    Optional<Loaded> load(long from, long to, Predicate<ProducerStates> fits) {
        if (to == 0) { // a new partition: there is no state before its first record
            offset = from;
            return Optional.empty();
        }
        Snapshots snapshots = store.snapshots();
        Optional<Snapshots.Snapshot> found = snapshots.newest(ProducerSnapshotFormat.NAME, to);
        while (found.isPresent() && found.get().offset() >= from) {
            long at = found.get().offset();
            Optional<ProducerSnapshotFormat.Content> content =
                    ProducerSnapshotFormat.read(found.get().bytes());
            if (content.isPresent()
                    && restoreIndex(content.get())
                    && fits.test(content.get().states())) {
                offset = at;
                return Optional.of(new Loaded(content.get().states(), at));
            }
            LOG.warn(
                    "{}: the producer snapshot at {}, or the index it needs, is damaged, or older than compaction: passing it over",
                    store.id(),
                    at);
            found = snapshots.newest(ProducerSnapshotFormat.NAME, at - 1);
        }
        offset = from;
        return Optional.empty();
    }

    private boolean restoreIndex(ProducerSnapshotFormat.Content content) {
        if (content.index().isEmpty()) {
            index = List.of();
            return true;
        }
        long base = store.segments().get(0).baseOffset();
        List<TransactionIndex.Part> good = new ArrayList<>();
        for (TransactionIndex.Part part : content.index()) {
            if (part.lastMarker() < base) {
                continue; // trimmed since the snapshot
            }
            Optional<ByteBuffer> bytes = store.snapshots()
                    .newest(TransactionIndex.NAME, part.base())
                    .filter(blob -> blob.offset() == part.base())
                    .map(Snapshots.Snapshot::bytes);
            Optional<List<AbortedTransaction>> entries = bytes.flatMap(found -> TransactionIndex.read(found, part));
            if (entries.isEmpty()) {
                return false;
            }
            entries.get().forEach(content.states()::restore);
            if (TransactionIndex.isAll(bytes.get(), part)) {
                good.add(part); // a part with further entries is written anew
            }
        }
        index = List.copyOf(good);
        return true;
    }

    /**
     * Copies the state for a snapshot; with the writer's lock held.
     *
     * @param states the producers
     * @param end the log end offset
     * @return the snapshot for {@link #write}, or null when nothing was appended since the last one
     */
    public Pending prepare(ProducerStates states, long end) {
        if (end == offset && !outdated) {
            return null;
        }
        List<Long> bases = states.aborted().reachesTo(0)
                ? store.segments().stream().map(Segment::baseOffset).toList()
                : List.of();
        List<TransactionIndex.StoredPart> segments = TransactionIndex.write(states.aborted(), bases, index);
        List<TransactionIndex.Part> parts =
                segments.stream().map(TransactionIndex.StoredPart::part).toList();
        return new Pending(end, ProducerSnapshotFormat.write(states, parts), segments);
    }

    /**
     * Writes a snapshot, after its index, and deletes the snapshots and indexes that it replaces.
     *
     * @param pending from {@link #prepare}
     * @throws io.varve.core.spi.StorageException FULL, FENCED, CLOSED
     */
    public void write(Pending pending) {
        Snapshots snapshots = store.snapshots();
        failPoints.hit(SnapshotFailPoints.SNAPSHOT_BEFORE_INDEX);
        for (TransactionIndex.StoredPart segment : pending.index()) {
            segment.bytes()
                    .ifPresent(bytes -> snapshots.write(
                            TransactionIndex.NAME, segment.part().base(), bytes));
        }
        failPoints.hit(SnapshotFailPoints.SNAPSHOT_AFTER_INDEX);
        snapshots.write(ProducerSnapshotFormat.NAME, pending.offset(), pending.producers());
        failPoints.hit(SnapshotFailPoints.SNAPSHOT_AFTER_PRODUCERS);
        List<TransactionIndex.Part> before = index;
        offset = pending.offset();
        index = pending.parts();
        deleteOld(before);
        outdated = false;
    }

    /** Lets the next snapshot be written even when nothing was appended. */
    public void outdate() {
        outdated = true;
    }

    /** @return whether {@link #outdate} was called since the last snapshot */
    public boolean isOutdated() {
        return outdated;
    }

    private void deleteOld(List<TransactionIndex.Part> before) {
        Snapshots snapshots = store.snapshots();
        List<Long> offsets = snapshots.offsets(ProducerSnapshotFormat.NAME);
        for (int i = 0; i < offsets.size() - KEPT; i++) {
            snapshots.delete(ProducerSnapshotFormat.NAME, offsets.get(i));
        }
        Set<Long> bases = new HashSet<>();
        if (swept) {
            before.forEach(part -> bases.add(part.base()));
        } else {
            bases.addAll(snapshots.offsets(TransactionIndex.NAME));
            swept = true;
        }
        index.forEach(part -> bases.remove(part.base()));
        bases.forEach(base -> snapshots.delete(TransactionIndex.NAME, base));
    }

    /**
     * Deletes the index of trimmed segments: there may be no further snapshot that would delete it.
     *
     * @param base first offset of the first segment left
     */
    public void trimIndex(long base) {
        List<TransactionIndex.Part> kept = new ArrayList<>();
        for (TransactionIndex.Part part : index) {
            if (part.lastMarker() < base) {
                store.snapshots().delete(TransactionIndex.NAME, part.base());
            } else {
                kept.add(part);
            }
        }
        index = List.copyOf(kept);
    }
}
