// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.history;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.batch.ReadableAppend;
import io.varve.conformance.batch.TimelessSegments;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.core.spi.Tiering;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/** Compares one partition of the storage under test with the same partition of the memory storage. */
final class ComparedPartition {
    private static final long EPOCH = 1_700_000_000_000L;
    private static final String NAME = "state";
    private static final int READS = 2;

    final PartitionId id;
    final long epoch;
    private final Storage storage;
    final PartitionStore tested;
    final PartitionStore model;
    /** What was synced, by what the storage under test was told and said. */
    long synced;
    /** Whether a segment was sealed since the last sync: a crash may open it again. */
    boolean sealedUnsynced;

    ComparedPartition(PartitionId id, long epoch, Storage storage, PartitionStore tested, PartitionStore model) {
        this.id = id;
        this.epoch = epoch;
        this.storage = storage;
        this.tested = tested;
        this.model = model;
    }

    static PartitionId id(int part, long incarnation) {
        return new PartitionId("history" + part, new UUID(incarnation, part), 0);
    }

    /** Small segments with a sparse index; the reference has none, so a full one must never end a segment. */
    static PartitionSettings settings(long segmentBytes, boolean compacted) {
        SegmentLimits limits = new SegmentLimits((int) segmentBytes, 5000, 300, 1 << 16);
        return new PartitionSettings(limits, compacted, Tiering.COPY, Long.MAX_VALUE);
    }

    /** Does the same to both; either both return equal values, or both fail with the same kind. */
    <T> void same(String what, Function<PartitionStore, T> call) {
        Object here = outcome(tested, call);
        Object there = outcome(model, call);
        requireSame(what, here, there);
    }

    private static <T> Object outcome(PartitionStore store, Function<PartitionStore, T> call) {
        try {
            return call.apply(store);
        } catch (StorageException e) {
            return e.kind();
        }
    }

    static void requireSame(String what, Object here, Object there) {
        if (!Objects.equals(here, there)) {
            throw new Divergence(what + ": " + here + ", must be " + there);
        }
    }

    private void both(String what, Consumer<PartitionStore> call) {
        same(what, store -> {
            call.accept(store);
            return "done";
        });
    }

    void append(HistoryStep.BatchAppend append) {
        long base = model.extent().readableEnd() + append.gap();
        if (base < 0) {
            return;
        }
        ByteBuffer[] batches = new ByteBuffer[append.batches().size()];
        long next = base;
        for (int i = 0; i < batches.length; i++) {
            HistoryStep.Sized sized = append.batches().get(i);
            batches[i] = Batches.batch(
                    next, sized.records(), sized.size(), EPOCH + next * 10 - sized.late(), next * 1000 + sized.late());
            next += sized.records();
        }
        both("append", store -> {
            if (store == tested) {
                ReadableAppend.to(storage, store, Batches.run(batches));
            } else {
                store.append(Batches.run(batches));
            }
        });
    }

    void apply(HistoryStep.Numbers step) {
        switch (step.verb()) {
            case TRIM -> both("trim", store -> store.trimTo(step.number(0)));
            case TRUNCATE -> {
                both("truncate", store -> store.truncateTo(step.number(0)));
                sealWhatIsCutInTheTier();
                synced = Math.min(synced, model.extent().readableEnd());
            }
            case LIMIT ->
                both(
                        "limits",
                        store -> store.settings(settings(step.number(0), step.part() == HistoryPlayer.COMPACTED)));
            case SEAL -> seal();
            case SNAPSHOT ->
                both(
                        "snapshot",
                        store -> store.snapshots()
                                .write(NAME, step.number(0), blob(step.number(0), (int) step.number(1))));
            case FORGET ->
                both("snapshot's deletion", store -> store.snapshots().delete(NAME, step.number(0)));
            case READ ->
                same(
                        "read of " + step.number(2) + " bytes from " + step.number(0) + " to " + step.number(1),
                        store -> bytes(store, step.number(0), step.number(1), (int) step.number(2)));
            case DROP -> both("drop of local copies", store -> store.dropLocal(step.number(0)));
            case REPLACE -> replace((int) step.number(0), (int) step.number(1), step.number(2));
            default -> throw new IllegalArgumentException(step + " is not about a partition's content");
        }
    }

    /** A segment that is in the tier only cannot become the active one again. */
    private void sealWhatIsCutInTheTier() {
        List<Segment> here = tested.segments();
        if (here.size() > 1
                && !here.get(here.size() - 2).isLocal()
                && here.get(here.size() - 1).bytes() == 0) {
            model.seal();
        }
    }

    /** Syncs where readers do not see it before. */
    void seal() {
        both("seal", PartitionStore::seal);
        sealedUnsynced = true;
        if (tested.sealedEnd() < tested.extent().readableEnd()) {
            requireSame("sync", storage.sync(List.of(tested)).byPartition(), Map.of());
            synced = tested.extent().readableEnd();
            sealedUnsynced = false;
        }
    }

    private static ByteBuffer blob(long offset, int size) {
        SplittableRandom random = new SplittableRandom(offset * 7919 + size);
        ByteBuffer blob = ByteBuffer.allocate(size);
        while (blob.hasRemaining()) {
            blob.put((byte) random.nextInt());
        }
        return blob.flip();
    }

    private void replace(int first, int count, long mask) {
        List<Segment> sealed = model.segments().stream().filter(Segment::sealed).toList();
        if (sealed.isEmpty() || count == 0) {
            return;
        }
        int from = first % sealed.size();
        List<Segment> old = sealed.subList(from, Math.min(sealed.size(), from + count));
        List<ByteBuffer> kept = new ArrayList<>();
        long end = old.get(old.size() - 1).endOffset();
        int bit = 0;
        for (long offset = Math.max(old.get(0).baseOffset(), model.extent().start()); offset < end; ) {
            try (BatchSlice slice = model.read(offset, end, 0)) {
                if (slice.sizeInBytes() == 0) {
                    break;
                }
                ByteBuffer batch = slice.buffer();
                offset = BatchHeader.nextOffset(batch, 0);
                if ((mask >>> bit++ % Long.SIZE & 1) == 1) {
                    kept.add(batch);
                }
            }
        }
        if (isRemote(old)) {
            requireSame(
                    "replace of segments of the tier", outcome(tested, store -> replace(store, old, kept)), Kind.RETRY);
        } else {
            same("replace of " + old, store -> replace(store, old, kept));
        }
    }

    private static String replace(PartitionStore store, List<Segment> old, List<ByteBuffer> kept) {
        Iterator<ByteBuffer> rest = kept.iterator();
        // As the store itself shows them: a tier says so.
        List<Segment> shown = store.segments().stream()
                .filter(one -> old.stream().anyMatch(other -> other.baseOffset() == one.baseOffset()))
                .toList();
        store.replace(shown, () -> rest.hasNext() ? run(rest.next()) : null);
        return "done";
    }

    private boolean isRemote(List<Segment> old) {
        return tested.segments().stream()
                .anyMatch(one ->
                        !one.isLocal() && old.stream().anyMatch(other -> other.baseOffset() == one.baseOffset()));
    }

    /** The two were appended to one after the other. */
    private static List<Segment> timeless(PartitionStore store) {
        return TimelessSegments.timeless(store.segments());
    }

    /**
     * Of a segment in the tier that a truncation has cut, bytes and time may still tell of batches that are
     * gone; and of one that was trimmed before it got there, only the rest is there.
     */
    private List<Segment> timelessAsInTheModel() {
        List<Segment> here = new ArrayList<>(timeless(tested));
        List<Segment> there = timeless(model);
        List<Segment> placed = tested.segments();
        for (int i = 0; i < Math.min(Math.min(here.size(), placed.size()), there.size()); i++) {
            Segment one = here.get(i);
            Segment other = there.get(i);
            boolean cut = !placed.get(i).isLocal()
                    && one.baseOffset() == other.baseOffset()
                    && one.endOffset() == other.endOffset()
                    && one.bytes() > other.bytes()
                    && one.maxTimestamp() >= other.maxTimestamp();
            boolean partOf = !placed.get(i).isLocal()
                    && one.baseOffset() > other.baseOffset()
                    && one.baseOffset() <= model.extent().start()
                    && one.endOffset() == other.endOffset();
            here.set(i, cut || partOf ? other : one);
        }
        return here;
    }

    /**
     * Of a partition of which no record ever got to the tier, nothing is left with the disk, nor its start.
     */
    boolean isEmptyAndAnew() {
        Extent before = model.extent();
        return before.start() == before.readableEnd() && tested.extent().equals(new Extent(0, 0, 0));
    }

    private static BatchRun run(ByteBuffer batch) {
        return Batches.run(batch);
    }

    private static String bytes(PartitionStore store, long offset, long end, int maxBytes) {
        try (BatchSlice slice = store.read(offset, end, maxBytes)) {
            ByteBuffer bytes = slice.buffer();
            StringBuilder text = new StringBuilder();
            for (int at = bytes.position(); at < bytes.limit(); at += BatchHeader.sizeInBytes(bytes, at)) {
                int size = Math.min(BatchHeader.sizeInBytes(bytes, at), bytes.limit() - at);
                text.append(BatchHeader.baseOffset(bytes, at)).append('#');
                text.append(Integer.toHexString(bytes.slice(at, size).hashCode()))
                        .append(' ');
            }
            return text.append(bytes.remaining()).append(" bytes").toString();
        }
    }

    /** Compares everything there is to see, and a few reads by chance. */
    void compare(SplittableRandom random) {
        Extent extent = model.extent();
        Extent here = tested.extent();
        requireSame("start", here.start(), extent.start());
        requireSame("readable end", here.readableEnd(), extent.readableEnd());
        if (here.durableEnd() > here.readableEnd() || here.durableEnd() < Math.min(synced, extent.readableEnd())) {
            throw new Divergence("durable end: " + here.durableEnd() + ", must be from "
                    + Math.min(synced, extent.readableEnd()) + " to " + here.readableEnd());
        }
        requireSame("segments", timelessAsInTheModel(), timeless(model));
        same("snapshots", this::snapshots);
        for (int i = 0; i < READS; i++) {
            long offset = random.nextLong(extent.start(), extent.readableEnd() + 1);
            long end =
                    random.nextBoolean() ? Long.MAX_VALUE : random.nextLong(extent.start(), extent.readableEnd() + 1);
            int most = random.nextInt(1500);
            same("read of " + most + " bytes from " + offset + " to " + end, store -> bytes(store, offset, end, most));
            long timestamp = EPOCH + offset * 10 + random.nextInt(400);
            same("first batch at or after timestamp " + timestamp, store -> store.offsetAt(timestamp));
        }
    }

    private String snapshots(PartitionStore store) {
        StringBuilder text = new StringBuilder();
        for (long offset : store.snapshots().offsets(NAME)) {
            text.append(offset).append(':');
            text.append(store.snapshots()
                    .newest(NAME, offset)
                    .map(found -> found.offset() + "#" + found.bytes().hashCode())
                    .orElse("none"));
            text.append(' ');
        }
        return text.toString();
    }

    /**
     * Snapshots are not forced: after a crash each is there whole or not at all, as it was last written or as
     * it was before, and one that was deleted may be there again. Brings the reference to what is there.
     */
    void takeSnapshotsAsTheyAre() {
        TreeSet<Long> offsets = new TreeSet<>(model.snapshots().offsets(NAME));
        offsets.addAll(tested.snapshots().offsets(NAME));
        for (long offset : offsets) {
            Optional<Snapshots.Snapshot> found =
                    tested.snapshots().newest(NAME, offset).filter(newest -> newest.offset() == offset);
            if (found.isPresent()) {
                ByteBuffer bytes = found.get().bytes();
                if (!bytes.equals(blob(offset, bytes.remaining()))) {
                    throw new Divergence(
                            "after a crash, the snapshot at " + offset + " is none that was written there");
                }
                model.snapshots().write(NAME, offset, bytes);
            } else {
                model.snapshots().delete(NAME, offset);
                tested.snapshots().delete(NAME, offset);
            }
        }
    }

    /**
     * After a crash that may have taken what was not synced, here but not in the reference.
     *
     * @param before the extent before the crash
     * @param durable where what must be there ends
     * @return whether nothing was lost, not even where a segment was sealed
     */
    boolean survived(Extent before, long durable) {
        Extent here = tested.extent();
        if (here.start() > before.start()
                || here.readableEnd() > before.readableEnd()
                || here.readableEnd() < Math.min(durable, before.readableEnd())) {
            throw new Divergence("after a crash: " + here + ", was " + before + ", durable up to " + durable);
        }
        long end = here.readableEnd();
        for (long offset = before.start(); offset < end; ) {
            String there = bytes(model, offset, end, 0);
            requireSame("after a crash, read from " + offset + " to " + end, bytes(tested, offset, end, 0), there);
            try (BatchSlice slice = model.read(offset, end, 0)) {
                if (slice.sizeInBytes() == 0) {
                    break;
                }
                offset = BatchHeader.nextOffset(slice.buffer(), 0);
            }
        }
        return here.start() == before.start()
                && here.readableEnd() == before.readableEnd()
                && (!sealedUnsynced || timeless(tested).equals(timeless(model)));
    }
}
