// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.StorageException;
import io.varve.file.disk.FileFailPoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Syncs one partition on two threads at once: neither may call bytes durable before a force that covers them
 * has finished.
 */
class ConcurrentSyncTest extends FileTestBase {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger hits = new AtomicInteger();
    private final Queue<StorageException> failures = new ConcurrentLinkedQueue<>();
    private final Thread second = new Thread(this::syncing);

    private void syncing() {
        failures.addAll(rig.storage().sync(List.of(store)).byPartition().values());
    }

    /** Holds the first thread that comes to a fail point. */
    private Thread syncHeldAt(String place) throws InterruptedException {
        return syncHeldAt(place, () -> {});
    }

    private Thread syncHeldAt(String place, Runnable then) throws InterruptedException {
        rig.failPoints.arm(place, () -> {
            if (hits.incrementAndGet() == 1) {
                reached.countDown();
                await(goOn);
                then.run();
            }
        });
        Thread first = new Thread(this::syncing);
        first.start();
        reached.await();
        return first;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {FileFailPoints.SYNC_BEFORE_DIRECTORY, FileFailPoints.SYNC_BEFORE_FORCE})
    void theSecondWaitsForTheFirst(String place) throws InterruptedException {
        appendTens(8);
        Thread first = syncHeldAt(place);
        secondWaitsIn("forced");
        goOn.countDown();
        first.join();
        second.join();
        assertThat(store.extent().durableEnd()).isEqualTo(80);
    }

    /** The system reports a failed force to one of the two threads, and success to the other. */
    @Test
    void theSecondFailsWithTheFirst() throws InterruptedException {
        appendTens(3);
        Thread first = syncHeldAt(FileFailPoints.SYNC_BEFORE_FORCE, () -> {
            throw new UncheckedIOException(new IOException("the device fails"));
        });
        secondWaitsIn("forced");
        goOn.countDown();
        first.join();
        second.join();
        assertThat(failures).hasSize(2);
        assertThat(store.extent().durableEnd()).isZero();
    }

    private void secondWaitsIn(String method) {
        second.start();
        while (second.isAlive() && !waitsIn(second, method)) {
            Thread.onSpinWait();
        }
        assertThat(second.isAlive()).isTrue();
    }

    private static boolean waitsIn(Thread thread, String method) {
        return thread.getState() == Thread.State.BLOCKED
                && Stream.of(thread.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals(method));
    }

    @Test
    void bothWaitForTheCheckpointOfATrim() throws InterruptedException {
        appendTens(8);
        sync();
        store.trimTo(35);
        Thread first = syncHeldAt(FileFailPoints.CHECKPOINT_BEFORE_RENAME);
        secondWaitsIn("writeStarts");
        goOn.countDown();
        first.join();
        second.join();
    }

    @ParameterizedTest
    @ValueSource(strings = {FileFailPoints.SYNC_BEFORE_DIRECTORY, FileFailPoints.SYNC_BEFORE_FORCE})
    void aPartitionDeletedMeanwhileCountsAsClosed(String place) {
        appendTens(8);
        rig.failPoints.arm(place, () -> rig.storage().delete(ID));
        assertThat(rig.storage().sync(List.of(store)).byPartition().get(ID).kind())
                .isEqualTo(StorageException.Kind.CLOSED);
    }
}
