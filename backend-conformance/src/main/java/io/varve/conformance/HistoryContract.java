// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories, run on the storage under test and on the reference side by side: they must not be told apart. */
abstract class HistoryContract extends Contract {
    private static final int STEPS = 250;
    /** Small segments with a sparse index; the reference has none, so a full one must never end a segment. */
    private static final SegmentLimits LIMITS = new SegmentLimits(2000, 5000, 300, 1 << 16);

    private MemoryStorage reference;
    private PartitionStore model;
    private SplittableRandom random;
    private String step;

    HistoryContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void behavesAsTheReferenceDoes(long seed) {
        random = new SplittableRandom(seed);
        reference = new MemoryStorage();
        model = reference.open(ID, 1, SMALL);
        limit();
        for (int i = 0; i < STEPS; i++) {
            step();
            compare("seed " + seed + ", step " + i + ": " + step);
        }
        reference.close();
    }

    private void limit() {
        store.limits(LIMITS);
        model.limits(LIMITS);
    }

    private void step() {
        Extent extent = model.extent();
        switch (random.nextInt(12)) {
            case 0 -> trim(random.nextLong(extent.start(), extent.readableEnd() + 1));
            case 1 -> truncate(Math.max(0, extent.readableEnd() - random.nextLong(60)));
            case 2 -> replace();
            case 3 -> restart(random.nextBoolean());
            case 4 -> {
                step = "sync";
                sync();
                reference.sync(List.of(model));
            }
            default -> append(extent.readableEnd());
        }
    }

    private void append(long end) {
        long base = end + (random.nextInt(10) == 0 ? random.nextInt(50) : 0);
        ByteBuffer[] batches = new ByteBuffer[1 + random.nextInt(4)];
        step = "append " + batches.length + " at " + base;
        long next = base;
        for (int i = 0; i < batches.length; i++) {
            int records = 1 + random.nextInt(9);
            int size = Batches.LEAST + random.nextInt(400);
            batches[i] = Batches.batch(next, records, size, EPOCH + next * 10 + random.nextInt(300));
            next += records;
        }
        store.append(Batches.run(batches));
        model.append(Batches.run(batches));
    }

    private void trim(long start) {
        step = "trim to " + start;
        store.trimTo(start);
        model.trimTo(start);
    }

    private void truncate(long end) {
        step = "truncate to " + end;
        store.truncateTo(end);
        model.truncateTo(end);
    }

    private void restart(boolean crash) {
        step = crash ? "sync and crash" : "reopen";
        sync();
        reference.sync(List.of(model));
        store = (crash ? rig.crash() : rig.reopen()).open(ID, 1, SMALL);
        reference = crash ? reference.crash() : reference.reopen();
        model = reference.open(ID, 1, SMALL);
        limit();
    }

    private void replace() {
        List<Segment> sealed = model.segments().subList(0, model.segments().size() - 1);
        step = "replace of " + sealed.size() + " segments";
        if (sealed.isEmpty()) {
            return;
        }
        int from = random.nextInt(sealed.size());
        List<Segment> old = List.copyOf(sealed.subList(from, from + 1 + random.nextInt(sealed.size() - from)));
        step += " from " + from + ": " + old;
        List<ByteBuffer> kept = new ArrayList<>();
        long end = old.get(old.size() - 1).endOffset();
        for (long offset = Math.max(old.get(0).baseOffset(), model.extent().start()); ; ) {
            try (BatchSlice slice = model.read(offset, end, 0)) {
                if (slice.sizeInBytes() == 0) {
                    break;
                }
                ByteBuffer batch = slice.buffer();
                offset = BatchHeader.nextOffset(batch, 0);
                if (random.nextBoolean()) {
                    kept.add(batch);
                }
            }
        }
        store.replace(old, source(kept)::next);
        model.replace(old, source(kept)::next);
    }

    private static Runs source(List<ByteBuffer> batches) {
        return new Runs(batches.iterator());
    }

    private record Runs(Iterator<ByteBuffer> batches) {
        BatchRun next() {
            return batches.hasNext() ? Batches.run(batches.next()) : null;
        }
    }

    private void compare(String when) {
        Extent extent = model.extent();
        assertThat(store.extent().start()).as(when).isEqualTo(extent.start());
        assertThat(store.extent().readableEnd()).as(when).isEqualTo(extent.readableEnd());
        assertThat(store.segments()).as(when).isEqualTo(model.segments());
        for (int i = 0; i < 4; i++) {
            long offset = random.nextLong(extent.start(), extent.readableEnd() + 1);
            long end = random.nextBoolean() ? TO_END : random.nextLong(extent.start(), extent.readableEnd() + 1);
            int maxBytes = random.nextInt(1500);
            try (BatchSlice here = store.read(offset, end, maxBytes);
                    BatchSlice there = model.read(offset, end, maxBytes)) {
                assertThat(here.buffer())
                        .as("%s: read of %d bytes at %d up to %d", when, maxBytes, offset, end)
                        .isEqualTo(there.buffer());
            }
            long timestamp = EPOCH + offset * 10 + random.nextInt(400);
            assertThat(store.offsetAt(timestamp)).as(when).isEqualTo(model.offsetAt(timestamp));
        }
    }
}
