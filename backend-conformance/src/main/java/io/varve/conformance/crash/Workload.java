// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import io.varve.conformance.batch.Batches;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.Tiering;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Does everything one can do to a storage, by chance, on a few partitions with small segments, and tells the
 * journal before and after each operation. One thread makes the {@linkplain #step steps}; any number may
 * {@linkplain #sync} meanwhile.
 */
public final class Workload {
    /** The limits with which the workload, and every check of its partitions, open them. */
    static final PartitionSettings LIMITS = new PartitionSettings(
            new SegmentLimits(4000, Long.MAX_VALUE, 300, 1 << 16), false, Tiering.COPY, Long.MAX_VALUE);

    private static final int SLOTS = 6;
    /** So many steps apart, copies go from this machine that a tier has too. */
    private static final int STEPS_BETWEEN_DROPS = 7;

    private static final int MOST_BYTES = 60_000;
    private static final long PER_GENERATION = 1_000_000_000L;

    private final Supplier<Storage> opener;
    private final boolean tiered;
    private final WorkloadJournal journal;
    private final SplittableRandom random;
    private final Map<Integer, PartitionStore> stores = new ConcurrentHashMap<>();
    /** By slot, where the next append goes: not every backend shows before a sync what was appended. */
    private final Map<Integer, Long> ends = new HashMap<>();

    private Storage storage;
    private long unique;
    private int steps;

    /**
     * Goes on with whatever partitions there are.
     *
     * @param opener opens the storage, or opens it again
     * @param journal is told everything
     * @param seed says what happens
     * @param generation never the same twice on one storage: it keeps content and topic ids apart
     * @param tiered whether the storage has a remote tier
     */
    public Workload(Supplier<Storage> opener, WorkloadJournal journal, long seed, int generation, boolean tiered) {
        this.opener = opener;
        this.tiered = tiered;
        this.journal = journal;
        random = new SplittableRandom(seed * 31 + generation);
        unique = generation * PER_GENERATION;
        openAll();
    }

    private void openAll() {
        storage = opener.get();
        for (PartitionId id : storage.partitions()) {
            PartitionStore store = storage.open(id, 1, settings(id));
            ends.put(WorkloadPartition.of(id).slot(), store.extent().readableEnd());
            stores.put(WorkloadPartition.of(id).slot(), store);
        }
    }

    /** Makes one step: most often an append, never a sync. */
    public void step() {
        int slot = random.nextInt(SLOTS);
        PartitionStore store = stores.get(slot);
        if (store == null) {
            create(slot);
            return;
        }
        WorkloadPartition part = WorkloadPartition.of(store.id());
        long start = store.extent().start();
        long end = ends.get(slot);
        if (++steps % STEPS_BETWEEN_DROPS == 0) {
            store.dropLocal((start + end) / 2);
        }
        switch (random.nextInt(40)) {
            case 0, 1 -> trim(store, part, random.nextLong(start, end + 1));
            case 2 -> trim(store, part, end + random.nextInt(3));
            case 3, 4 -> truncate(store, part, Math.max(start, end - random.nextLong(40)));
            case 5, 6 -> replace(store, part);
            case 7, 8 -> snapshot(store, part, end);
            case 9 -> {
                if (random.nextInt(4) == 0) {
                    delete(slot, part);
                }
            }
            case 10 -> seal(store, part);
            default -> append(store, part, start, end);
        }
    }

    /** Syncs some partitions, or all. Thread-safe. */
    public void sync(SplittableRandom chance) {
        List<PartitionStore> dirty = new ArrayList<>(stores.values());
        if (chance.nextInt(3) == 0) {
            dirty.removeIf(store -> chance.nextBoolean());
        }
        List<WorkloadPartition> parts =
                dirty.stream().map(store -> WorkloadPartition.of(store.id())).toList();
        long ticket = journal.begin(new WorkloadOperation.Sync(parts));
        List<WorkloadPartition> failed = new ArrayList<>();
        storage.sync(dirty).byPartition().forEach((id, failure) -> {
            if (failure.kind() != StorageException.Kind.CLOSED) {
                throw failure;
            }
            failed.add(WorkloadPartition.of(id)); // deleted meanwhile
        });
        journal.doneExcept(ticket, failed);
    }

    /** Closes the storage and opens it again; no other thread may sync meanwhile. */
    public void reopen() {
        long ticket = journal.begin(new WorkloadOperation.Reopen());
        stores.clear();
        storage.close();
        journal.done(ticket);
        openAll();
    }

    /** @return chance for the steps that are not {@link #step} */
    SplittableRandom random() {
        return random;
    }

    private void create(int slot) {
        WorkloadPartition part = new WorkloadPartition(slot, ++unique);
        long ticket = journal.begin(new WorkloadOperation.Create(part));
        PartitionStore store = storage.open(part.id(), 1, settings(part.id()));
        journal.done(ticket);
        ends.put(slot, store.extent().readableEnd());
        stores.put(slot, store);
    }

    private void delete(int slot, WorkloadPartition part) {
        long ticket = journal.begin(new WorkloadOperation.Delete(part));
        storage.delete(part.id());
        journal.done(ticket);
        stores.remove(slot);
    }

    private void append(PartitionStore store, WorkloadPartition part, long start, long end) {
        long bytes = store.segments().stream().mapToLong(Segment::bytes).sum();
        if (bytes > MOST_BYTES) {
            trim(store, part, (start + end) / 2);
            return;
        }
        long base = end + (random.nextInt(20) == 0 ? random.nextInt(30) : 0);
        List<WorkloadBatch> batches = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            WorkloadBatch batch =
                    new WorkloadBatch(base, 1 + random.nextInt(6), Batches.LEAST + random.nextInt(600), ++unique);
            batches.add(batch);
            base = batch.next();
        }
        BatchRun run = Batches.run(batches.stream().map(WorkloadBatch::bytes).toArray(ByteBuffer[]::new));
        long ticket = journal.begin(new WorkloadOperation.Append(part, batches));
        store.append(run);
        ends.put(part.slot(), run.nextOffset());
        journal.done(ticket);
    }

    private void seal(PartitionStore store, WorkloadPartition part) {
        long ticket = journal.begin(new WorkloadOperation.Seal(part));
        store.seal();
        journal.done(ticket);
    }

    private void trim(PartitionStore store, WorkloadPartition part, long start) {
        long ticket = journal.begin(new WorkloadOperation.Trim(part, start));
        store.trimTo(start);
        ends.merge(part.slot(), start, Math::max);
        journal.done(ticket);
    }

    private void truncate(PartitionStore store, WorkloadPartition part, long end) {
        long ticket = journal.begin(new WorkloadOperation.Truncate(part, end));
        store.truncateTo(end);
        ends.put(part.slot(), store.extent().readableEnd());
        journal.done(ticket);
    }

    private void snapshot(PartitionStore store, WorkloadPartition part, long offset) {
        WorkloadOperation.Blob blob = new WorkloadOperation.Blob(part, offset, random.nextInt(2000), ++unique);
        long ticket = journal.begin(blob);
        store.snapshots().write(WorkloadOperation.Blob.NAME, offset, blob.bytes());
        journal.done(ticket);
    }

    /**
     * Where there is a tier, only what is compacted may be replaced, and only the other partitions' copies
     * go.
     *
     * @return what the workload, and every check of its partitions, open a partition with
     */
    public static PartitionSettings settings(PartitionId id) {
        boolean compacted = WorkloadPartition.of(id).slot() % 2 == 0;
        return new PartitionSettings(LIMITS.segments(), compacted, Tiering.COPY, Long.MAX_VALUE);
    }

    private void replace(PartitionStore store, WorkloadPartition part) {
        if (tiered && part.slot() % 2 != 0) {
            return;
        }
        List<Segment> sealed = store.segments().stream()
                .filter(segment -> segment.sealed() && segment.isLocal())
                .toList();
        if (sealed.isEmpty()) {
            return;
        }
        int from = random.nextInt(sealed.size());
        List<Segment> old = sealed.subList(from, from + 1 + random.nextInt(Math.min(3, sealed.size() - from)));
        long base = old.get(0).baseOffset();
        long end = old.get(old.size() - 1).endOffset();
        List<ByteBuffer> batches = keepSome(store, base, end);
        List<Long> kept =
                batches.stream().map(batch -> BatchHeader.baseOffset(batch, 0)).toList();
        Iterator<ByteBuffer> rest = batches.iterator();
        long ticket = journal.begin(new WorkloadOperation.Replace(part, base, end, kept));
        store.replace(old, () -> rest.hasNext() ? Batches.run(rest.next()) : null);
        journal.done(ticket);
    }

    private List<ByteBuffer> keepSome(PartitionStore store, long base, long end) {
        List<ByteBuffer> kept = new ArrayList<>();
        long offset = Math.max(base, store.extent().start());
        while (offset < end) {
            try (BatchSlice slice = store.read(offset, end, 0)) {
                if (slice.sizeInBytes() == 0) {
                    break;
                }
                ByteBuffer batch = ByteBuffer.allocate(slice.sizeInBytes())
                        .put(slice.buffer())
                        .flip();
                offset = BatchHeader.nextOffset(batch, 0);
                if (random.nextInt(3) > 0) {
                    kept.add(batch);
                }
            }
        }
        return kept;
    }
}
