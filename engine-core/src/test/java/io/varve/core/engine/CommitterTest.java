// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.LogBatches;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.ForwardingStorage;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Tests that a failure of one partition in a commit leaves the others alone. */
class CommitterTest {
    private final MemoryStorage memory = new MemoryStorage();
    private final VirtualTime time = new VirtualTime(1_000);
    private final List<PartitionLog> logs = new ArrayList<>();

    private PartitionLog log(String name) {
        PartitionLog log = PartitionLog.open(
                memory.open(new PartitionId(name, new UUID(1, name.hashCode()), 0), 0, PartitionSettings.DEFAULT),
                0,
                PartitionConfig.DEFAULT,
                time,
                (of, records) -> {});
        logs.add(log);
        return log;
    }

    private static CompletableFuture<StorageException> append(PartitionLog log) {
        CompletableFuture<StorageException> acked = new CompletableFuture<>();
        log.awaitHighWatermark(
                log.appender()
                        .append(LogBatches.at(5, "a"), AppendOrigin.CLIENT)
                        .nextOffset(),
                acked::complete);
        return acked;
    }

    /** Fails syncs in the way that a test defines. */
    private Committer committer(Storage storage, Consumer<PartitionLog> later) {
        return new Committer(storage, time, time, Durability.SYNC, log -> {}, later, Metrics.NONE);
    }

    @Test
    void whatIsDurableIsAcknowledgedWhateverTheStorageThrowsAfterwards() {
        PartitionLog sound = log("sound");
        PartitionLog other = log("other");
        Committer committer = committer(
                new ForwardingStorage(memory) {
                    @Override
                    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
                        memory.sync(List.of(sound.commitTarget().store()));
                        throw new IllegalStateException("after the first of them");
                    }
                },
                log -> {});
        CompletableFuture<StorageException> first = append(sound);
        CompletableFuture<StorageException> second = append(other);
        CompletableFuture<Void> committed = committer.force(sound);
        CompletableFuture<Void> lost = committer.force(other);
        time.runReady();
        assertThat(first).isCompletedWithValue(null);
        assertThat(committed).isCompleted();
        assertThat(second.getNow(null).kind()).isEqualTo(StorageException.Kind.CLOSED);
        assertThat(lost).isCompletedExceptionally();
    }

    @Test
    void oneThatCannotBeTriedAgainHarmsNoOther() {
        PartitionLog failing = log("failing");
        PartitionLog sound = log("sound");
        StorageException retry = new StorageException(StorageException.Kind.RETRY, "no room just now");
        Committer committer = committer(
                new ForwardingStorage(memory) {
                    @Override
                    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
                        if (dirty.contains(failing.commitTarget().store())) {
                            throw retry;
                        }
                        return memory.sync(dirty);
                    }
                },
                log -> {
                    throw new IllegalStateException("no more tasks are taken");
                });
        CompletableFuture<StorageException> never = append(failing);
        CompletableFuture<Void> lost = committer.force(failing);
        time.runReady();
        assertThat(never.getNow(null).kind()).isEqualTo(StorageException.Kind.CLOSED);
        assertThat(lost).isCompletedExceptionally();
        CompletableFuture<StorageException> acked = append(sound);
        committer.request(sound);
        time.runReady();
        assertThat(acked).isCompletedWithValue(null);
    }

    @Test
    void goesOnThoughACallbackInterruptsItsThread() throws Exception {
        PartitionLog log = log("sound");
        SystemScheduler threads = new SystemScheduler(1);
        AtomicReference<Thread> thread = new AtomicReference<>();
        Committer committer = new Committer(
                memory,
                Clock.system(),
                threads,
                Durability.SYNC,
                committed -> thread.set(Thread.currentThread()),
                again -> {},
                Metrics.NONE);
        for (int i = 0; i < 3; i++) {
            long next = log.appender()
                    .append(LogBatches.at(5, "a"), AppendOrigin.CLIENT)
                    .nextOffset();
            CompletableFuture<Boolean> told = new CompletableFuture<>();
            log.awaitHighWatermark(next, failure -> {
                Thread.currentThread().interrupt();
                told.complete(failure == null);
            });
            committer.request(log);
            assertThat(told.get(60, TimeUnit.SECONDS)).isTrue();
        }
        committer.close(60_000);
        thread.get().join(60_000);
        assertThat(thread.get().isAlive()).isFalse();
        threads.close();
    }

    @Test
    void producerStateIsWrittenDownOnePartitionAfterAnother() {
        for (int i = 0; i < 3; i++) {
            log("p" + i).appender().append(LogBatches.idempotent(i, 0, 0, "a"), AppendOrigin.CLIENT);
        }
        ProducerSnapshotQueue turns = new ProducerSnapshotQueue(time);
        logs.forEach(turns::due);
        logs.forEach(turns::due);
        List<Long> written = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            time.advance(i == 0 ? 0 : 20);
            written.add(logs.stream()
                    .filter(log -> !log.commitTarget()
                            .store()
                            .snapshots()
                            .offsets("producer")
                            .isEmpty())
                    .count());
        }
        assertThat(written).containsExactly(1L, 2L, 3L, 3L);
    }
}
