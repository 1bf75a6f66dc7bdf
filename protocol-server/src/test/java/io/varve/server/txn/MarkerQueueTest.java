// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.transaction.TransactionMarker;
import io.varve.server.api.group.TestClient;
import io.varve.server.coordinator.CoordinatorTime;
import io.varve.server.coordinator.OffsetsMarkerWriter;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.SlowOpeningStorage;
import io.varve.server.metadata.start.AcceptedLosses;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests markers on their way to partitions that do not take them at once. */
class MarkerQueueTest {
    private final VirtualTime time = new VirtualTime(0);
    private final SlowOpeningStorage.Gate gate = new SlowOpeningStorage.Gate();
    private final MetadataFixture node = new MetadataFixture(5, gate);
    private final List<Transaction> done = new CopyOnWriteArrayList<>();
    private final List<TransactionMarker> written = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        node.start();
    }

    @AfterEach
    void close() {
        gate.release();
        node.close();
    }

    private MarkerQueue markers(OffsetsMarkerWriter offsets) {
        return new MarkerQueue(
                new TransactionContext(
                        node.metadata,
                        offsets,
                        node.metadata.producerIds(),
                        AcceptedLosses.NONE,
                        CoordinatorTime.ofMachine(time, time),
                        new FailPoints()),
                done::add);
    }

    private static Transaction decided(TransactionState state, int epoch, TopicPartition... partitions) {
        Transaction decided = SampleTransactions.in(state, epoch);
        return new Transaction(
                decided.transactionalId(),
                decided.producer(),
                decided.timeoutMs(),
                state,
                Set.of(partitions),
                decided.times(),
                decided.clientVersion());
    }

    private static TopicPartition offsets(int partition) {
        return new TopicPartition("__consumer_offsets", partition);
    }

    @Test
    void aPartitionThatRefusesIsRetriedUntilItTakesItsMarker() {
        AtomicInteger left = new AtomicInteger(20);
        try (MarkerQueue markers = markers((partition, marker) -> {
            written.add(marker);
            return left.getAndDecrement() > 0
                    ? CompletableFuture.failedFuture(new NotCoordinatorException("loading"))
                    : CompletableFuture.completedFuture(null);
        })) {
            Transaction decided = decided(TransactionState.PREPARE_COMMIT, 4, offsets(0));
            markers.begin(decided, 7);
            TestClient.until(all -> all.contains(decided), () -> {
                time.advance(10);
                return done;
            });
            assertThat(written)
                    .hasSize(21)
                    .containsOnly(new TransactionMarker(SampleTransactions.PRODUCER, (short) 4, 7, true, true));
        }
    }

    @Test
    void aTransactionIsBegunOnceAndDoneWhenAllItsMarkersAre() {
        List<CompletableFuture<Void>> durable = new CopyOnWriteArrayList<>();
        try (MarkerQueue markers = markers((partition, marker) -> {
            durable.add(new CompletableFuture<>());
            return durable.get(durable.size() - 1);
        })) {
            Transaction decided = decided(TransactionState.PREPARE_ABORT, 4, offsets(0), offsets(1));
            markers.begin(decided, 0);
            markers.begin(decided, 0);
            TestClient.until(count -> count == 2, durable::size);
            durable.get(0).complete(null);
            assertThat(done).isEmpty();
            durable.get(1).complete(null);
            assertThat(done).containsExactly(decided);
            assertThat(durable).hasSize(2);
        }
    }

    @Test
    void aTransactionDoesNotWaitForAnothersMarkers() {
        CompletableFuture<Void> never = new CompletableFuture<>();
        try (MarkerQueue markers =
                markers((partition, marker) -> partition == 0 ? never : CompletableFuture.completedFuture(null))) {
            Transaction stuck = decided(TransactionState.PREPARE_ABORT, 4, offsets(0));
            Transaction other = new Transaction(
                    "other",
                    stuck.producer(),
                    1,
                    stuck.state(),
                    Set.of(offsets(1)),
                    stuck.times(),
                    stuck.clientVersion());
            markers.begin(stuck, 0);
            markers.begin(other, 0);
            TestClient.until(all -> all.contains(other), () -> done);
            assertThat(done).containsExactly(other);
        }
    }

    @Test
    void aTransactionWithoutPartitionsIsDoneAtOnce() {
        try (MarkerQueue markers = markers((partition, marker) -> new CompletableFuture<>())) {
            Transaction empty = decided(TransactionState.PREPARE_ABORT, 4);
            markers.begin(empty, 0);
            TestClient.until(all -> all.contains(empty), () -> done);
        }
    }

    @Test
    void aPartitionThatIsNotOpenYetGetsItsMarkerLater() {
        MetadataFixture.await(node.metadata.createIfAbsent("orders"));
        gate.hold(id -> id.topic().equals("orders"));
        node.restart();
        try (MarkerQueue markers = markers((partition, marker) -> CompletableFuture.completedFuture(null))) {
            Transaction decided = decided(TransactionState.PREPARE_COMMIT, 4, new TopicPartition("orders", 0));
            markers.begin(decided, 7);
            time.advance(1_000);
            assertThat(done).isEmpty();
            gate.release();
            TestClient.until(all -> all.contains(decided), () -> {
                time.advance(10);
                return done;
            });
            assertThat(node.metadata.byName("orders").partition(0).logEndOffset())
                    .isEqualTo(1);
        }
    }
}
