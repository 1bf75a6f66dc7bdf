// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Storage;
import io.varve.core.spi.Tiering;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Gives up the oldest records that are not uploaded, when the disk is full and the bucket is away. */
class BacklogFullTest extends TierTest {
    @BeforeEach
    void configure() {
        tier.properties.put("s3.on.backlog.full", "drop-oldest");
    }

    @Test
    void recordsInTheBucketStayWhenLaterOnesAreGivenUp() {
        List<Long> left = new ArrayList<>(TierFixture.tens(0, 100));
        left.addAll(TierFixture.tens(200, 320));
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(TierFixture.ID, 1, TierFixture.COPY);
            TierFixture.appendTens(store, 10);
            TierFixture.sync(storage, store);
            store.seal();
            TierFixture.sync(storage, store);
            TierFixture.awaitUploads(store);
            tier.s3.faults().add(FaultRule.of(S3Fault.UNREACHABLE));
            TierFixture.appendTens(store, 22);
            TierFixture.sync(storage, store);

            makeSpace(storage, store, 200);

            assertThat(store.extent().start()).isZero();
            assertAdjacent(store.segments());
            assertThat(TierFixture.readAll(store, 200)).isEqualTo(TierFixture.tens(200, 320));
        }
        tier.s3.faults().clear();
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(TierFixture.ID, 1, TierFixture.COPY);
            assertThat(store.extent().start()).isZero();
            TierFixture.awaitUploads(store);
            assertThat(TierFixture.readAll(store, 0)).isEqualTo(left);
            assertThat(store.offsetAt(TierFixture.EPOCH + 150).baseOffset()).isEqualTo(200);
            store.dropLocal(Long.MAX_VALUE);
            assertAdjacent(store.segments());
            assertThat(TierFixture.readAll(store, 120)).isEqualTo(TierFixture.tens(200, 320));
        }
    }

    @Test
    void aTrimAboveWhatTheBucketHasIsNoGapAfterACrash() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(TierFixture.ID, 1, TierFixture.COPY);
            TierFixture.appendTens(store, 10);
            TierFixture.sync(storage, store);
            store.seal();
            TierFixture.sync(storage, store);
            TierFixture.awaitUploads(store);
            tier.s3.faults().add(FaultRule.of(S3Fault.UNREACHABLE));
            TierFixture.appendTens(store, 22);
            store.trimTo(250);
            TierFixture.sync(storage, store);
            tier.s3.faults().clear();
        }
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(TierFixture.ID, 1, TierFixture.COPY);
            assertThat(store.extent().start()).isEqualTo(250);
        }
    }

    @Test
    void withNothingInTheBucketThePartitionStartsAfterThem() {
        tier.s3.faults().add(FaultRule.of(S3Fault.UNREACHABLE).under("test/main/data"));
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(TierFixture.ID, 1, TierFixture.COPY);
            TierFixture.appendTens(store, 22);
            TierFixture.sync(storage, store);

            makeSpace(storage, store, 50);

            assertThat(store.extent().start()).isEqualTo(50);
            assertThat(TierFixture.readAll(store, 50)).isEqualTo(TierFixture.tens(50, 220));
        }
    }

    @Test
    void recordsThatNeverGoToTheBucketAreNotGivenUp() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(
                    TierFixture.ID, 1, new PartitionSettings(TierFixture.LIMITS, false, Tiering.OFF, Long.MAX_VALUE));
            TierFixture.appendTens(store, 22);
            TierFixture.sync(storage, store);
            S3Partition partition = ((S3Store) store).partition;
            partition.writer.lock();
            try {
                assertThat(((S3Storage) storage).localSpace().make(partition)).isEmpty();
            } finally {
                partition.writer.unlock();
            }
            assertThat(TierFixture.readAll(store, 0)).isEqualTo(TierFixture.tens(0, 220));
        }
    }

    @Test
    void lmdbGivesUpNoMoreThanItNeeds() {
        tier.properties.put("s3.hot.backend", "lmdb");
        tier.properties.put("lmdb.map.initial.size", "1048576");
        tier.properties.put("lmdb.map.max.size", "1048576");
        tier.properties.put("storage.reserve.bytes", "0");
        tier.s3.faults().add(FaultRule.of(S3Fault.UNREACHABLE).under("test/main/data"));
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(TierFixture.ID, 1, TierFixture.COPY);
            long keptAtLeast = Long.MAX_VALUE;
            long end = 60_000;
            for (long base = 0; base < end; base += 10) {
                store.append(Batches.run(TierFixture.ten(base))); // is not refused
                if (base % 500 == 0) {
                    TierFixture.sync(storage, store);
                }
                long start = store.extent().start();
                keptAtLeast = start == 0 ? end : Math.min(keptAtLeast, base - start);
            }
            assertThat(store.extent().start()).isPositive();
            assertThat(keptAtLeast).as("records").isGreaterThan(end / 10);
        }
    }

    /** Makes space as a refused append does, until the hot partition starts at an offset. */
    private static void makeSpace(Storage storage, PartitionStore store, long start) {
        S3Partition partition = ((S3Store) store).partition;
        while (partition.hot().extent().start() < start) {
            partition.writer.lock();
            try {
                assertThat(((S3Storage) storage).localSpace().make(partition)).contains(partition);
            } finally {
                partition.writer.unlock();
            }
        }
        assertThat(partition.hot().extent().start()).isEqualTo(start);
    }

    private static void assertAdjacent(List<Segment> segments) {
        for (int i = 1; i < segments.size(); i++) {
            assertThat(segments.get(i).baseOffset())
                    .isEqualTo(segments.get(i - 1).endOffset());
        }
    }
}
