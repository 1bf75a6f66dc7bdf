// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COMPACTED;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.awaitUploads;
import static io.varve.s3.TierFixture.readAll;
import static io.varve.s3.TierFixture.sync;
import static io.varve.s3.TierFixture.ten;
import static io.varve.s3.TierFixture.tens;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Truncates compacted partitions, whose segments may end with offsets that no batch has: a truncation there
 * moves the end further down than it says, and the bucket must follow.
 */
class CompactedTruncationTest extends TierTest {
    @ParameterizedTest
    @CsvSource({"100, true", "105, true", "60, true", "100, false", "105, false", "60, false"})
    void leavesNothingInTheBucketOfOffsetsThatAreAssignedAgain(long end, boolean uploaded) {
        try (Storage storage = tier.open(root.resolve("first"))) {
            PartitionStore store = storage.open(ID, 1, COMPACTED);
            appendTens(store, 12);
            if (uploaded) {
                store.seal();
            }
            sync(storage, store);
            awaitUploads(store);
            ArrayDeque<BatchRun> cleaned = new ArrayDeque<>(List.of(Batches.run(ten(0))));
            store.replace(store.segments().subList(0, 2), cleaned::poll);
            sync(storage, store);
            if (uploaded) {
                // Everything newer is in the bucket, so that what was compacted is uploaded again.
                awaitUploads(store);
            }

            store.truncateTo(end);

            assertThat(store.extent().readableEnd()).isEqualTo(10);
            appendTens(store, 14);
            sync(storage, store);
            awaitUploads(store);
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 150));
        }
        try (Storage storage = tier.open(root.resolve("second"))) {
            assertThat(readAll(storage.open(ID, 1, COMPACTED), 0)).isEqualTo(tens(0, 100));
        }
    }

    /**
     * A truncation takes place while a replacement copies its batches, or the replacement takes place between
     * the two halves of a truncation: that of the bucket, and that of this machine.
     */
    @ParameterizedTest
    @CsvSource({"60, WITHIN", "100, WITHIN", "110, WITHIN", "60, BETWEEN", "100, BETWEEN", "110, BETWEEN"})
    void whatIsHereIsInTheBucketAfterATruncationBesideAReplacement(long end, Order order) throws Exception {
        List<Long> left;
        try (Storage storage = tier.open(root.resolve("first"))) {
            PartitionStore store = storage.open(ID, 1, COMPACTED);
            appendTens(store, 12);
            store.seal();
            sync(storage, store);
            awaitUploads(store);

            if (order == Order.WITHIN) {
                replaceAround(store, () -> store.truncateTo(end));
            } else {
                replaceBetween(store, end);
            }

            assertThat(store.extent().readableEnd()).isLessThanOrEqualTo(end);
            appendTens(store, 14);
            store.seal();
            sync(storage, store);
            awaitUploads(store);
            left = readAll(store, 0);
        }
        try (Storage storage = tier.open(root.resolve("second"))) {
            assertThat(readAll(storage.open(ID, 1, COMPACTED), 0)).isEqualTo(left);
        }
    }

    private enum Order {
        WITHIN,
        BETWEEN
    }

    /** Replaces two segments by a batch; what was truncated meanwhile may make that fail. */
    private static void replaceAround(PartitionStore store, Runnable meanwhile) {
        ArrayDeque<BatchRun> cleaned = new ArrayDeque<>(List.of(Batches.run(ten(0))));
        try {
            store.replace(store.segments().subList(0, 2), () -> {
                if (cleaned.isEmpty()) {
                    meanwhile.run();
                }
                return cleaned.poll();
            });
        } catch (StorageException e) {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(StorageException.Kind.RETRY);
        }
    }

    private void replaceBetween(PartitionStore store, long end) throws Exception {
        CompletableFuture<Void> truncatedInTheBucket = new CompletableFuture<>();
        CompletableFuture<Void> replaced = new CompletableFuture<>();
        tier.failPoints.arm("s3.truncate.after-commit", () -> {
            truncatedInTheBucket.complete(null);
            replaced.join();
        });
        List<CompletableFuture<Void>> truncation = new ArrayList<>();
        try {
            replaceAround(store, () -> {
                truncation.add(CompletableFuture.runAsync(() -> store.truncateTo(end)));
                truncatedInTheBucket.join();
            });
        } finally {
            replaced.complete(null);
        }
        truncation.get(0).get();
    }
}
