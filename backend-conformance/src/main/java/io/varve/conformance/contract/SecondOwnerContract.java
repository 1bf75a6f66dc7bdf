// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TieredRig;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Lets another storage take the tier over: the former owner is fenced, and nothing that it does there
 * shows.
 */
public abstract class SecondOwnerContract extends TieredContract {
    protected SecondOwnerContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    private PartitionStore takeOver() {
        Storage second = tier.takeOver();
        return second.open(ID, 1, TIERED);
    }

    /** The storage may notice at its next request to the tier, so the sync is asked until it says so. */
    private void awaitFenced() {
        await("a sync of the former owner is FENCED", () -> {
            StorageException failure =
                    storage().sync(List.of(store)).byPartition().get(ID);
            assertThat(failure == null || failure.kind() == StorageException.Kind.FENCED)
                    .as("a sync of the former owner fails with %s", failure)
                    .isTrue();
            return failure != null;
        });
    }

    /** The storage may know already. */
    private static void unlessFenced(Runnable action) {
        try {
            action.run();
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.FENCED);
        }
    }

    @Test
    void theNewOwnerHasWhatIsInTheTier() {
        appendUploaded(17);
        PartitionStore second = takeOver();
        assertExtent(second, 0, 150, 150);
        assertServesTens(second, 0, 150);
    }

    @Test
    void theFormerOwnerIsFencedWithItsNextSegment() {
        appendUploaded(17);
        takeOver();
        unlessFenced(() -> appendTens(5));
        awaitFenced();
        unlessFenced(() -> assertThat(readAll(store, 0)).startsWith(tens(0, 170).toArray(Long[]::new)));
    }

    @Test
    void nothingShowsOfACopyThatAFormerOwnerHadBegun() {
        appendUploaded(12);
        TieredRig.UploadPause pause = tier.pauseUpload();
        appendTens(5);
        assertThat(sync(storage(), store)).isTrue();
        // The copy may be made by a later sync, by the storage's own thread, or by whoever looks.
        await("a copy has stopped halfway", () -> {
            store.segments();
            return pause.reached();
        });
        Storage second = tier.takeOver();
        PartitionStore taken = second.open(ID, 1, TIERED);
        assertExtent(taken, 0, 100, 100);
        for (int i = 0; i < 7; i++) {
            appendOther(taken, second);
        }
        taken.seal();
        assertThat(sync(second, taken)).isTrue();
        awaitUploaded(taken);
        pause.release();
        awaitFenced();
        taken.dropLocal(TO_END);
        assertThat(readAll(taken, 0)).isEqualTo(tens(0, 170));
        for (long base = 100; base < 170; base += 10) {
            try (var slice = taken.read(base, TO_END, 0)) {
                assertThat(slice.buffer()).as("the batch at %d", base).isEqualTo(other(base));
            }
        }
    }

    @Test
    void aFormerOwnerRemovesNoObjectOfTheNewOne() {
        appendUploaded(17);
        Storage second = tier.takeOver();
        PartitionStore taken = second.open(ID, 1, TIERED);
        unlessFenced(() -> store.trimTo(120));
        unlessFenced(() -> store.truncateTo(130));
        unlessFenced(() -> appendTens(5));
        awaitFenced();
        assertServesTens(taken, 0, 150);
    }

    @Test
    void aFormerOwnerDoesNotStartAgain() {
        appendUploaded(12);
        PartitionStore second = takeOver();
        assertThatThrownBy(tier::reopen).isInstanceOf(StorageException.class);
        assertServesTens(second, 0, 100);
    }
}
