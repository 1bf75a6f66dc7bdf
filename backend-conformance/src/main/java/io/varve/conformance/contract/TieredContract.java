// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.batch.ReadableAppend;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TierFaults;
import io.varve.conformance.rig.TieredRig;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Storage;
import io.varve.core.spi.Tiering;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;

/**
 * Gives the areas of a tier a partition whose sealed segments are copied; skips them where there is no
 * tier.
 */
abstract class TieredContract extends Contract {
    /**
     * Longer than anything here takes on a busy machine: after a refusal a tier may pause for twice as long
     * as after the one before, and six in a row come once in a hundred runs. Less will do where nothing takes
     * any time.
     */
    private final long patienceNanos = Integer.getInteger("varve.conformance.patience.ms", 120_000) * 1_000_000L;

    private static final long POLL_NANOS = 1_000_000;

    /** As {@link #SMALL}, and sealed segments are copied. */
    static final PartitionSettings TIERED =
            new PartitionSettings(SMALL.segments(), false, Tiering.COPY, Long.MAX_VALUE);

    static final PartitionSettings COMPACTED =
            new PartitionSettings(SMALL.segments(), true, Tiering.COPY, Long.MAX_VALUE);

    static final PartitionId OTHER = new PartitionId("payments", new UUID(13, 17), 0);

    final Clock clock = Clock.system();
    TieredRig tier;

    TieredContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    @Override
    PartitionSettings settings() {
        return TIERED;
    }

    @BeforeEach
    final void requireATier() {
        assumeTrue(rig instanceof TieredRig, "this backend has no remote tier");
        tier = (TieredRig) rig;
    }

    /**
     * Strikes requests to the tier, as {@link TierFaults#strike}; skips the check where none can be struck.
     */
    final void strike(TierFaults.Kind kind, double chance) {
        assumeTrue(tier.tierFaults().strike(kind, chance), "requests to this tier cannot be struck");
    }

    final void loseDisk() {
        store = tier.loseDisk().open(ID, 1, settings());
    }

    /** Appends tens, which fill segments of five each, and waits until all that is sealed is in the tier. */
    final void appendUploaded(int batches) {
        appendTens(batches);
        sync();
        awaitUploaded(store);
    }

    /** Waits until every sealed segment is in the tier, as long as one after another gets there. */
    final void awaitUploaded(PartitionStore of) {
        long left = missing(of);
        while (left > 0) {
            long seen = left;
            await(left + " sealed segments of " + of.id() + " get to the tier", () -> missing(of) < seen);
            left = missing(of);
        }
    }

    private static long missing(PartitionStore of) {
        return of.segments().stream()
                .filter(segment -> segment.sealed() && !segment.isRemote())
                .count();
    }

    final void await(String what, BooleanSupplier condition) {
        long until = clock.nanos() + patienceNanos;
        while (!condition.getAsBoolean()) {
            assertThat(clock.nanos()).as("nanos when still not true: %s", what).isLessThan(until);
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    static List<Segment.Tier> tiers(PartitionStore store) {
        return store.segments().stream().map(Segment::tier).toList();
    }

    /** @return how many segments the storage says are in the tier */
    static int remoteSegments(PartitionStore store) {
        return (int) store.segments().stream().filter(Segment::isRemote).count();
    }

    static boolean sync(Storage storage, PartitionStore store) {
        return storage.sync(List.of(store)).byPartition().isEmpty();
    }

    /** Every batch is there to the byte, by each way there is to read. */
    static void assertServesTens(PartitionStore store, long from, long end) {
        assertHoldsTens(store, from, end);
        for (long base = from; base < end; base += 10) {
            assertThat(store.offsetAt(EPOCH + base + 3).baseOffset())
                    .as("first batch at or after %d ms", base + 3)
                    .isEqualTo(base);
            try (BatchSlice slice = store.readAsync(base, TO_END, 0).join()) {
                assertThat(slice.buffer())
                        .as("the batch at %d, read later", base)
                        .isEqualTo(ten(base));
            }
        }
        assertThat(store.offsetAt(EPOCH + end + 9)).isNull();
    }

    /** Appends a batch in the place of the one that {@link #ten} makes, with other bytes. */
    final void appendOther(PartitionStore to, Storage in) {
        long base = to.extent().readableEnd();
        ReadableAppend.to(in, to, Batches.run(other(base)));
    }

    static ByteBuffer other(long base) {
        return Batches.batch(base, 10, SIZE, EPOCH + base + 9, 77_000 + base);
    }
}
