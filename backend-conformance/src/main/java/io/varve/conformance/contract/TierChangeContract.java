// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TierFaults;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Segment.Tier;
import io.varve.core.spi.StorageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Trims, truncates, replaces and deletes what is in the tier: no record comes back, no object is left. */
public abstract class TierChangeContract extends TieredContract {
    protected TierChangeContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    private static BatchSource of(Long... bases) {
        Iterator<BatchRun> runs =
                Arrays.stream(bases).map(base -> Batches.run(ten(base))).iterator();
        return () -> runs.hasNext() ? runs.next() : null;
    }

    /** Each segment that is in the tier has its object, and nothing else has one. */
    private void assertNoObjectIsLeft() {
        tier.settle();
        assertThat(tier.objects()).as("objects with records").hasSize(remoteSegments(store));
    }

    @Test
    void trimsWithinTheTier() {
        appendUploaded(23);
        store.dropLocal(150);
        store.trimTo(65);
        assertExtent(store, 65, 230, 230);
        assertThat(store.segments()).extracting(Segment::baseOffset).containsExactly(50L, 100L, 150L, 200L);
        assertThat(readAll(store, 65)).isEqualTo(tens(60, 230));
        assertThat(store.offsetAt(0).baseOffset()).isEqualTo(60);
        // Of the batches that are trimmed within it a segment may still tell.
        assertThat(store.firstTimestamp(store.segments().get(0))).isBetween(EPOCH + 59, EPOCH + 69);
        sync();
        crash();
        assertExtent(store, 65, 230, 230);
        assertThat(readAll(store, 65)).isEqualTo(tens(60, 230));
        assertNoObjectIsLeft();
    }

    @Test
    void aTrimWithinTheTierIsDurableAfterTheSyncWithoutTheTier() {
        appendUploaded(23);
        store.dropLocal(150);
        strike(TierFaults.Kind.UNREACHABLE, 1);
        store.trimTo(125);
        assertThat(sync(storage(), store)).isTrue();
        tier.tierFaults().heal();
        crash();
        assertExtent(store, 125, 230, 230);
        assertThat(readAll(store, 125)).isEqualTo(tens(120, 230));
        assertNoObjectIsLeft();
    }

    @Test
    void trimsBeyondTheTier() {
        appendUploaded(23);
        store.dropLocal(100);
        store.trimTo(210);
        assertExtent(store, 210, 230, 230);
        assertThat(tiers(store)).containsExactly(Tier.LOCAL);
        sync();
        crash();
        assertServesTens(store, 210, 230);
        assertNoObjectIsLeft();
    }

    @Test
    void trimsEverything() {
        appendUploaded(12);
        store.dropLocal(100);
        store.trimTo(500);
        assertExtent(store, 500, 500, 500);
        appendTens(6);
        sync();
        awaitUploaded(store);
        crash();
        assertExtent(store, 500, 560, 560);
        assertServesTens(store, 500, 560);
        assertNoObjectIsLeft();
    }

    @Test
    void truncatesWhatIsOnThisMachineToo() {
        appendUploaded(17);
        store.dropLocal(50);
        store.truncateTo(75);
        assertExtent(store, 0, 70, 70);
        assertServesTens(store, 0, 70);
        crash();
        assertExtent(store, 0, 70, 70);
        appendOther(store, storage());
        appendTens(9);
        sync();
        awaitUploaded(store);
        store.dropLocal(TO_END);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        assertOther(70);
        assertNoObjectIsLeft();
    }

    @Test
    void truncatesWithinTheTier() {
        appendUploaded(23);
        store.dropLocal(150);
        store.truncateTo(75);
        assertExtent(store, 0, 70, 70);
        assertServesTens(store, 0, 70);
        crash();
        assertExtent(store, 0, 70, 70);
        appendOther(store, storage());
        appendTens(9);
        sync();
        awaitUploaded(store);
        store.dropLocal(TO_END);
        reopen();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        assertOther(70);
        assertNoObjectIsLeft();
    }

    private void assertOther(long base) {
        try (var slice = store.read(base, TO_END, 0)) {
            assertThat(slice.buffer()).as("the batch at %d", base).isEqualTo(other(base));
        }
    }

    @Test
    void truncatesEverything() {
        appendUploaded(12);
        store.dropLocal(100);
        store.truncateTo(0);
        assertExtent(store, 0, 0, 0);
        assertThat(readAll(store, 0)).isEmpty();
        appendOther(store, storage());
        appendTens(5);
        sync();
        awaitUploaded(store);
        crash();
        assertExtent(store, 0, 60, 60);
        assertOther(0);
        assertNoObjectIsLeft();
    }

    /** Old segments of the offsets that are written again must not be taken for the new ones. */
    @Test
    void copiesAgainWhatWasWrittenAgain() {
        appendUploaded(12);
        store.truncateTo(20);
        for (int i = 0; i < 10; i++) {
            appendOther(store, storage());
        }
        sync();
        awaitUploaded(store);
        store.dropLocal(TO_END);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 120));
        for (long base = 20; base < 120; base += 10) {
            assertOther(base);
        }
        assertNoObjectIsLeft();
    }

    /** The first truncation leaves no batch of the active segment: the one before it may be active. */
    @Test
    void copiesAgainWhatWasWrittenAgainAfterATruncationToAGap() {
        appendTens(5);
        append(Batches.run(ten(70)));
        sync();
        awaitUploaded(store);
        store.truncateTo(60);
        store.truncateTo(25);
        for (int i = 0; i < 10; i++) {
            appendOther(store, storage());
        }
        sync();
        awaitUploaded(store);
        tier.settle();
        loseDisk();
        assertThat(readAll(store, 0)).startsWith(tens(0, 100).toArray(Long[]::new));
        for (long base = 20; base < 100; base += 10) {
            assertOther(base);
        }
        assertNoObjectIsLeft();
    }

    @Test
    void copiesAReplacementInPlaceOfWhatItReplaced() {
        store.settings(COMPACTED);
        appendUploaded(17);
        store.replace(List.copyOf(store.segments().subList(0, 2)), of(20L, 60L, 70L));
        // The tier gets what is newer first.
        store.seal();
        sync();
        awaitUploaded(store);
        assertNoObjectIsLeft();
        store.settings(TIERED);
        store.dropLocal(100);
        List<Long> left = new ArrayList<>(List.of(20L, 60L, 70L));
        left.addAll(tens(100, 170));
        assertThat(tiers(store)).containsExactly(Tier.REMOTE, Tier.BOTH, Tier.BOTH, Tier.LOCAL);
        assertThat(readAll(store, 0)).isEqualTo(left);
        // Its last batches are gone: what follows is in the next segment.
        assertThat(read(store, 80, TO_END, 0)).containsExactly(100L);
        assertThat(read(store, 80, 100, ALL)).isEmpty();
        crash();
        assertThat(readAll(store, 0)).isEqualTo(left);
    }

    @Test
    void refusesToReplaceWhatIsInTheTierOnly() {
        appendUploaded(17);
        store.dropLocal(50);
        List<Segment> old = List.copyOf(store.segments().subList(0, 2));
        assertFails(StorageException.Kind.RETRY, () -> store.replace(old, of(20L)));
        assertServesTens(store, 0, 170);
    }

    @Test
    void aDeletionLeavesNoObject() {
        appendUploaded(17);
        store.dropLocal(100);
        storage().delete(ID);
        assertThat(storage().partitions()).isEmpty();
        assertFails(StorageException.Kind.CLOSED, () -> store.read(0, TO_END, 0));
        tier.settle();
        assertThat(tier.objects()).isEmpty();
        store = storage().open(new PartitionId(ID.topic(), new UUID(99, 1), ID.partition()), 1, TIERED);
        assertExtent(store, 0, 0, 0);
    }

    @Test
    void aDeletionStandsWithoutTheTierAndAfterACrash() {
        appendUploaded(17);
        store.dropLocal(100);
        strike(TierFaults.Kind.UNREACHABLE, 1);
        storage().delete(ID);
        tier.tierFaults().heal();
        assertThat(tier.crash().partitions()).isEmpty();
        tier.settle();
        assertThat(tier.objects()).isEmpty();
        assertThat(tier.loseDisk().partitions()).isEmpty();
    }

    @Test
    void whatIsSetAsideIsOutOfUseAndKeepsItsObjects() {
        appendUploaded(17);
        Set<String> before = tier.objects();
        store.dropLocal(100);
        storage().setAside(ID);
        assertThat(storage().partitions()).isEmpty();
        tier.settle();
        assertThat(tier.objects()).isEqualTo(before);
        assertThat(tier.crash().partitions()).isEmpty();
        assertThat(tier.loseDisk().partitions()).isEmpty();
        tier.settle();
        assertThat(tier.objects()).isEqualTo(before);
    }
}
