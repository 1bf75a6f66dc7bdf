// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TierFaults;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Strikes requests to the tier: appends and recent reads go on, old reads give the right bytes or RETRY. */
public abstract class TierFaultContract extends TieredContract {
    private static final double OFTEN = 0.4;
    private static final long QUICK_NANOS = 20_000_000_000L;

    protected TierFaultContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    @AfterEach
    final void heal() {
        if (tier != null) {
            tier.tierFaults().heal();
        }
    }

    private String struck() {
        return tier.tierFaults().describe() + ", " + tier.tierFaults().struck() + " requests struck";
    }

    @ParameterizedTest
    @EnumSource(TierFaults.Kind.class)
    void appendsSyncsAndRecentReadsGoOn(TierFaults.Kind kind) {
        appendUploaded(12);
        store.dropLocal(50);
        strike(kind, 1);
        long before = clock.nanos();
        for (int i = 0; i < 10; i++) {
            appendTens(3);
            assertThat(sync(storage(), store)).as(struck()).isTrue();
            assertHoldsTens(store, 50, 120 + 30L * i + 30);
        }
        assertThat(clock.nanos() - before).as("nanos of ten small syncs").isLessThan(QUICK_NANOS);
        tier.tierFaults().heal();
        awaitUploaded(store);
        store.dropLocal(TO_END);
        assertServesTens(store, 0, 420);
    }

    @ParameterizedTest
    @EnumSource(TierFaults.Kind.class)
    void copiesGetThereInTheEnd(TierFaults.Kind kind) {
        strike(kind, OFTEN);
        for (int i = 0; i < 8; i++) {
            appendTens(5);
            sync();
        }
        // What was never struck proves nothing: goes on until something was.
        await("a request was struck", () -> {
            appendTens(5);
            sync();
            return tier.tierFaults().struck() > 0
                    || kind == TierFaults.Kind.CUT_ANSWER
                    || kind == TierFaults.Kind.WRONG_ANSWER;
        });
        awaitUploaded(store);
        tier.tierFaults().heal();
        tier.settle();
        assertThat(tier.objects()).as(struck()).hasSize(remoteSegments(store));
        long end = store.extent().readableEnd();
        store.dropLocal(TO_END);
        assertServesTens(store, 0, end);
        loseDisk();
        assertServesTens(store, 0, store.extent().readableEnd());
        assertThat(store.extent().readableEnd()).isGreaterThanOrEqualTo(end - 50);
    }

    @ParameterizedTest
    @EnumSource(TierFaults.Kind.class)
    void oldReadsGiveTheRightBytesOrRetry(TierFaults.Kind kind) {
        appendUploaded(27);
        store.dropLocal(TO_END);
        strike(kind, OFTEN);
        int right = 0;
        for (int round = 0; round < 6; round++) {
            for (long base = 0; base < 250; base += 10) {
                right += isRightOrRetry(base) ? 1 : 0;
            }
        }
        tier.tierFaults().heal();
        assertThat(right).as("reads that were served; %s", struck()).isPositive();
        assertServesTens(store, 0, 270);
    }

    private boolean isRightOrRetry(long base) {
        try (BatchSlice slice = base % 20 == 0
                ? store.read(base, TO_END, 0)
                : store.readAsync(base, TO_END, 0).join()) {
            assertThat(slice.buffer()).as("the batch at %d; %s", base, struck()).isEqualTo(ten(base));
            return true;
        } catch (StorageException e) {
            assertRetry(base, e);
            return false;
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(StorageException.class);
            assertRetry(base, (StorageException) e.getCause());
            return false;
        }
    }

    private void assertRetry(long base, StorageException e) {
        assertThat(e.kind())
                .as("a read at %d: %s; %s", base, e.getMessage(), struck())
                .isEqualTo(StorageException.Kind.RETRY);
    }
}
