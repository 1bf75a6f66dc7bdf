// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Extent;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.core.spi.Tiering;
import io.varve.core.spi.support.ContractChecks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** One partition of the tier in memory. One lock, the storage's, around everything. */
final class TieredMemoryStore implements PartitionStore {
    private static final int READERS_TURNS = 1000;

    final PartitionStore hot;
    private final TieredMemoryStorage storage;
    private final TierReads reads;
    private PartitionSettings settings;
    private long start;
    private boolean givenUp;
    /**
     * What was there when something was replaced: the tier gets all of it before it gets the replacement.
     */
    private long replacedAt;

    private boolean dropping;

    TieredMemoryStore(TieredMemoryStorage storage, PartitionStore hot, PartitionSettings settings) {
        this.storage = storage;
        this.hot = hot;
        this.settings = settings;
        this.reads = new TierReads(storage, this);
        this.replacedAt = hot.extent().readableEnd();
    }

    private boolean has(TierFlaw flaw) {
        return storage.flaw == flaw;
    }

    TierManifest.Partition remote() {
        return storage.manifest.partition(id());
    }

    long start() {
        return start;
    }

    /** As an earlier handle trimmed it. */
    void startAt(long known) {
        start = Math.max(start, known);
    }

    /** Begins where the tier ends, when the disk is empty; and where it was trimmed to. */
    void restore() {
        start = new MemoryRestore(storage, hot, reads).run(settings.compacted());
    }

    void noteStart() {
        if (!has(TierFlaw.FORGETS_TRIMS_OF_THE_TIER)) {
            storage.notes.starts.put(id(), start);
        }
    }

    /** Tells the tier of the start, takes copies away that are not wanted, copies what is. */
    void work() {
        long noted = has(TierFlaw.FORGETS_TRIMS_OF_THE_TIER) ? start : storage.notes.starts.getOrDefault(id(), 0L);
        if (noted > remote().start && !has(TierFlaw.KEEPS_OBJECTS_OF_TRIMMED_SEGMENTS)) {
            if (has(TierFlaw.REMOVES_OBJECTS_ON_ITS_OWN)) {
                storage.bucket.objects.keySet().removeAll(remote().trimmed(noted));
            }
            storage.commit(edited -> edited.partition(id()).startAt(noted));
        }
        if (settings.tiering() == Tiering.OFF && !has(TierFlaw.KEEPS_COPIES_WITHOUT_THE_TIER)) {
            for (Segment segment : hot.segments()) {
                if (isCopied(segment)) {
                    storage.commit(edited -> edited.partition(id()).copies.remove(segment.baseOffset()));
                }
            }
        }
        boolean copies = settings.tiering() == Tiering.COPY
                || settings.tiering() == Tiering.READ_ONLY && has(TierFlaw.COPIES_ALTHOUGH_TOLD_NOT_TO);
        long durable = has(TierFlaw.COPIES_WHAT_IS_NOT_DURABLE)
                ? Long.MAX_VALUE
                : hot.extent().durableEnd();
        for (Segment segment : copies ? hot.segments() : List.<Segment>of()) {
            if (isDue(segment) && segment.endOffset() <= durable && !isCopied(segment)) {
                copy(segment);
            }
        }
    }

    private boolean isDue(Segment segment) {
        if (has(TierFlaw.COPIES_THE_ACTIVE_SEGMENT)) {
            return segment.bytes() > 0;
        }
        boolean full = segment.bytes() >= settings.segments().segmentBytes();
        return segment.sealed() && (full || !has(TierFlaw.COPIES_FULL_SEGMENTS_ONLY));
    }

    private void copy(Segment segment) {
        boolean replaces = !remote().copies.isEmpty() && segment.baseOffset() < remote().end();
        boolean early = replaces && remote().end() < replacedAt;
        if (givenUp || early && !has(TierFlaw.COPIES_A_REPLACEMENT_TOO_EARLY)) {
            return;
        }
        try {
            List<ByteBuffer> batches = reads.hotBatches(segment);
            String object = storage.bucket.put(batches);
            TierManifest.Copy copy =
                    new TierManifest.Copy(segment, object, hot.firstTimestamp(segment), batches.hashCode());
            if (storage.bucket.isPausedAt(storage, () -> commitLater(copy))) {
                return;
            }
            commit(copy);
        } catch (StorageException e) {
            givenUp = has(TierFlaw.NEVER_TRIES_A_COPY_AGAIN);
            throw e;
        }
    }

    private void commitLater(TierManifest.Copy copy) {
        try {
            commit(copy);
        } catch (StorageException e) {
            e.rethrowUnless(Kind.FENCED);
            storage.noticeFence(e);
        }
    }

    private void commit(TierManifest.Copy copy) {
        Segment segment = copy.segment();
        storage.commit(edited -> {
            TierManifest.Partition partition = edited.partition(id());
            if (!has(TierFlaw.KEEPS_COPIES_OF_WHAT_WAS_REPLACED)) {
                partition
                        .copies
                        .subMap(segment.baseOffset(), segment.endOffset())
                        .clear();
            }
            partition.copies.put(segment.baseOffset(), copy);
            for (String name : hot.snapshots().names()) {
                for (long offset : hot.snapshots().offsets(name)) {
                    if (offset <= segment.endOffset() || has(TierFlaw.RESTORES_SNAPSHOTS_AHEAD)) {
                        partition.put(name, offset, hot.snapshots());
                    }
                }
            }
        });
    }

    /** Whether the tier has just these batches. */
    private boolean isCopied(Segment segment) {
        TierManifest.Copy copy = remote().copies.get(segment.baseOffset());
        return copy != null
                && copy.segment().endOffset() == segment.endOffset()
                && copy.segment().bytes() == segment.bytes()
                && reads.isSame(segment, copy);
    }

    @Override
    public PartitionId id() {
        return hot.id();
    }

    @Override
    public Extent extent() {
        synchronized (storage) {
            Extent here = hot.extent();
            return new Extent(start, here.readableEnd(), here.durableEnd());
        }
    }

    @Override
    public void settings(PartitionSettings changed) {
        synchronized (storage) {
            hot.settings(changed);
            settings = changed;
        }
    }

    @Override
    public void append(BatchRun run) {
        synchronized (storage) {
            hot.append(run);
        }
    }

    @Override
    public void seal() {
        synchronized (storage) {
            hot.seal();
        }
    }

    @Override
    public List<Segment> segments() {
        storage.work();
        synchronized (storage) {
            List<Segment> all = new ArrayList<>();
            List<Segment> here = hot.segments();
            reads.remoteOnly().forEach(copy -> all.add(placed(copy.segment(), Segment.Tier.REMOTE)));
            for (Segment segment : here) {
                all.add(placed(segment, isCopied(segment) ? Segment.Tier.BOTH : Segment.Tier.LOCAL));
            }
            return all;
        }
    }

    private static Segment placed(Segment one, Segment.Tier tier) {
        return new Segment(
                one.baseOffset(),
                one.endOffset(),
                one.bytes(),
                one.maxTimestamp(),
                one.lastAppendMs(),
                one.sealed(),
                tier);
    }

    @Override
    public void dropLocal(long upTo) {
        if (has(TierFlaw.SHOWS_A_GAP_WHILE_IT_DROPS)) {
            dropSlowly(upTo);
        } else {
            synchronized (storage) {
                drop(upTo);
            }
        }
    }

    private void drop(long upTo) {
        for (Segment segment : hot.segments()) {
            boolean below = has(TierFlaw.DROPS_SEGMENTS_THAT_REACH_ABOVE)
                    ? segment.baseOffset() < upTo
                    : segment.endOffset() <= upTo;
            boolean copied = isCopied(segment) || has(TierFlaw.DROPS_WHAT_IS_NOT_COPIED);
            if (!segment.sealed() || !below || !copied) {
                return;
            }
            hot.trimTo(segment.endOffset());
            if (has(TierFlaw.DROPS_SNAPSHOTS_WITH_SEGMENTS)) {
                reads.dropSnapshots(segment.endOffset());
            }
        }
    }

    /** What is dropped is nowhere for a while, and readers are let in. */
    private void dropSlowly(long upTo) {
        synchronized (storage) {
            dropping = true;
            drop(upTo);
        }
        for (int i = 0; i < READERS_TURNS; i++) {
            Thread.yield();
        }
        synchronized (storage) {
            dropping = false;
        }
    }

    boolean isDropping() {
        return dropping;
    }

    @Override
    public boolean isLocal(long offset) {
        synchronized (storage) {
            return !reads.isRemote(offset);
        }
    }

    @Override
    public BatchSlice read(long offset, long endOffset, int maxBytes) {
        synchronized (storage) {
            Extent extent = extent();
            if (!reads.isRemote(offset)) {
                return hot.read(offset, endOffset, maxBytes);
            }
            ContractChecks.requireReadable(id(), offset, maxBytes, extent.start(), extent.readableEnd());
            return reads.read(offset, endOffset, maxBytes);
        }
    }

    @Override
    public BatchSlice readLocal(long offset, long endOffset, int maxBytes) {
        synchronized (storage) {
            if (reads.isRemote(offset) && has(TierFlaw.ASKS_THE_TIER_IN_A_LOCAL_READ)) {
                return reads.read(offset, endOffset, maxBytes);
            }
            return reads.isRemote(offset) ? null : hot.read(offset, endOffset, maxBytes);
        }
    }

    @Override
    public OffsetAt offsetAt(long timestamp) {
        synchronized (storage) {
            OffsetAt remote =
                    has(TierFlaw.LOOKS_FOR_TIMES_ON_THIS_MACHINE_ONLY) ? null : reads.offsetAt(timestamp, start);
            return remote == null ? hot.offsetAt(timestamp) : remote;
        }
    }

    @Override
    public long firstTimestamp(Segment segment) {
        synchronized (storage) {
            boolean whole = segment.baseOffset() >= start;
            TierManifest.Copy copy = remote().copies.get(segment.baseOffset());
            return segment.isLocal() || !whole || copy == null
                    ? PartitionStore.super.firstTimestamp(segment)
                    : has(TierFlaw.TELLS_THE_LARGEST_TIMESTAMP_FOR_THE_FIRST)
                            ? segment.maxTimestamp()
                            : copy.firstTimestamp();
        }
    }

    @Override
    public void trimTo(long to) {
        synchronized (storage) {
            long trimmed = trimmed(to);
            hot.trimTo(Math.max(trimmed, hot.extent().start()));
            start = Math.max(start, trimmed);
        }
    }

    private long trimmed(long to) {
        Extent here = hot.extent();
        if (has(TierFlaw.TRIMS_NO_FURTHER_THAN_THE_TIER) && !reads.remoteOnly().isEmpty()) {
            return Math.min(to, here.start());
        }
        return has(TierFlaw.ENDS_A_TRIM_AT_THE_LAST_RECORD) ? Math.min(to, here.readableEnd()) : to;
    }

    @Override
    public void truncateTo(long end) {
        synchronized (storage) {
            boolean remote = end < hot.extent().start();
            if (!has(TierFlaw.TAKES_AN_OLD_COPY_FOR_WHAT_WAS_WRITTEN_AGAIN)
                    && !(remote && has(TierFlaw.KEEPS_WHAT_WAS_TRUNCATED))) {
                List<TierManifest.Copy> left =
                        reads.cutAt(end, hot.segments().get(0).baseOffset());
                storage.commit(edited -> {
                    TierManifest.Partition partition = edited.partition(id());
                    partition.copies.clear();
                    left.forEach(copy -> partition.copies.put(copy.segment().baseOffset(), copy));
                    partition.start = Math.min(partition.start, end);
                });
            }
            long remoteEnd = reads.remoteOnly().stream()
                    .mapToLong(copy -> copy.segment().endOffset())
                    .max()
                    .orElse(Math.min(start, end));
            hot.truncateTo(remote ? Math.min(end, remoteEnd) : end);
            start = Math.min(start, hot.extent().readableEnd());
            noteStart();
        }
    }

    @Override
    public void replace(List<Segment> old, BatchSource cleaned) {
        boolean remote;
        synchronized (storage) {
            remote = old.stream()
                    .anyMatch(one -> one.baseOffset() < hot.segments().get(0).baseOffset());
        }
        if (remote && !has(TierFlaw.REPLACES_WHAT_IS_NOT_THERE)) {
            throw new StorageException(Kind.RETRY, id() + ": a segment is in the tier only");
        }
        if (remote) {
            return;
        }
        hot.replace(old, cleaned);
        synchronized (storage) {
            replacedAt = hot.extent().readableEnd();
        }
    }

    @Override
    public Snapshots snapshots() {
        return hot.snapshots();
    }

    @Override
    public void close() {
        hot.close();
    }
}
