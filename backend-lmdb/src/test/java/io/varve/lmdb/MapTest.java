// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Fills the map: it grows by itself, and at its max appends are refused while deletions and trims work. */
class MapTest extends LmdbTestBase {
    private static final int BATCH = 20_000;
    private static final long MAX = 8L * MIB;

    private void useMap(long initial, long max) {
        properties.put(LmdbConfig.MAP_INITIAL, Long.toString(initial));
        properties.put(LmdbConfig.MAP_MAX, Long.toString(max));
        restart();
    }

    /** @return number of batches appended before one was refused as FULL */
    private int appendUntilFull(PartitionStore to) {
        for (int i = 0; i < 10_000; i++) {
            try {
                append(to, BATCH);
            } catch (StorageException e) {
                assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.FULL);
                assertThat(e.getMessage()).contains(LmdbConfig.MAP_MAX);
                return i;
            }
            assertThat(storage.sync(List.of(to)).byPartition()).isEmpty();
        }
        throw new AssertionError("never full");
    }

    @Test
    void growsWhileReadersRead() throws InterruptedException {
        useMap(MIB, 1L << 30);
        append(BATCH);
        sync();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong reads = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> readers = List.of(reader(stop, reads, failure), reader(stop, reads, failure));
        for (int i = 0; i < 400; i++) {
            append(5 * BATCH);
            sync();
        }
        stop.set(true);
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(reads.get()).isPositive();
        assertThat(environment().info().mapSize).isGreaterThan(32L * MIB);
        assertThat(readAll(store)).hasSize(401);
    }

    private Thread reader(AtomicBoolean stop, AtomicLong reads, AtomicReference<Throwable> failure) {
        Thread thread = new Thread(() -> {
            try {
                while (!stop.get()) {
                    for (long offset = 0; offset < store.extent().readableEnd(); offset += 7) {
                        try (BatchSlice slice = store.read(offset, Long.MAX_VALUE, BATCH)) {
                            assertThat(slice.buffer().getLong(0)).isEqualTo(offset);
                        }
                        reads.incrementAndGet();
                    }
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void refusesAppendsAtItsMaxAndReadsGoOn() {
        useMap(MIB, MAX);
        int taken = appendUntilFull(store);
        assertThat((long) taken * BATCH).isGreaterThan(MAX * 2 / 3);
        assertThat(readAll(store)).hasSize(taken);
        restart();
        assertThat(readAll(store)).hasSize(taken);
        assertThat(appendUntilFull(store)).isZero();
    }

    @Test
    void trimmingWorksWhenItIsFullAndLetsAppendsGoOn() {
        useMap(MIB, MAX);
        for (int round = 0; round < 5; round++) {
            appendUntilFull(store);
            store.trimTo(store.segments().get(store.segments().size() / 2).baseOffset());
            sync();
            append(BATCH);
            sync();
        }
        assertThat(fileBytes()).isLessThan(2 * MAX);
    }

    @Test
    void deletingTruncatingAndSnapshotsWorkWhenItIsFull() {
        useMap(MIB, MAX);
        PartitionId id = new PartitionId("other", new UUID(1, 2), 0);
        PartitionStore other = storage.open(id, 1, limits);
        for (int i = 0; i < 100; i++) {
            append(other, BATCH);
        }
        appendUntilFull(store);
        store.snapshots().write("state", 10, ByteBuffer.allocate(1000));
        long before = store.extent().readableEnd();
        store.truncateTo(before - 10);
        assertThat(store.extent().readableEnd()).isEqualTo(before - 10);
        appendUntilFull(store);
        storage.delete(id);
        for (int i = 0; i < 50; i++) {
            append(BATCH);
            sync();
        }
        assertThat(store.snapshots().offsets("state")).containsExactly(10L);
    }

    @Test
    void trimsAndDeletionsWorkThoughMoreIsStoredThanTheMapMayTake() {
        PartitionId id = new PartitionId("other", new UUID(1, 2), 0);
        PartitionStore other = storage.open(id, 1, limits);
        for (int i = 0; i < 50 * MIB / BATCH; i++) {
            append(i % 2 == 0 ? store : other, BATCH);
        }
        assertThat(storage.sync(List.of(store, other)).byPartition()).isEmpty();
        useMap(MIB, MAX); // the map may take 24 MiB
        PartitionStore again = storage.open(id, 1, limits);
        assertThat(appendUntilFull(store)).isZero();
        assertThat(appendUntilFull(again)).isZero();
        store.trimTo(store.extent().readableEnd() - 5);
        sync();
        again.truncateTo(again.extent().readableEnd() - 7);
        storage.delete(id);
        awaitReclaimed();
        append(BATCH);
        sync();
        assertThat(readAll(store)).hasSize(6);
    }

    private void awaitReclaimed() {
        for (int i = 0; i < 100; i++) {
            directoryCommits().reclaim();
        }
    }

    private GroupCommit directoryCommits() {
        return storage.directories().get(0).commits();
    }

    @Test
    void compactionWorksWhenItIsNearlyFull() {
        useMap(MIB, MAX);
        appendUntilFull(store);
        store.replace(store.segments().subList(0, 3), () -> null);
        append(BATCH);
        sync();
        assertThat(store.segments().get(0).bytes()).isZero();
    }

    @Test
    void namesWhatIsWrongWithASetting() {
        for (String wrong : List.of("0", "-1", "1024", "much", "")) {
            properties.put(LmdbConfig.MAP_INITIAL, wrong);
            StorageException e = catchThrowableOfType(StorageException.class, () -> LmdbConfig.of(properties));
            assertThat(e.kind()).isEqualTo(Kind.MISUSE);
            assertThat(e.getMessage()).contains(LmdbConfig.MAP_INITIAL).contains("'" + wrong + "'");
        }
        properties.put(LmdbConfig.MAP_INITIAL, Long.toString(2L * MIB));
        properties.put(LmdbConfig.MAP_MAX, Long.toString(MIB));
        assertThat(catchThrowableOfType(StorageException.class, () -> LmdbConfig.of(properties)))
                .hasMessageContaining(LmdbConfig.MAP_MAX);
    }
}
