// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.StorageException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two who sync one partition at once: neither may say "durable" on the strength of a force the other has not finished. */
class ConcurrentSyncTest extends FileTestBase {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger hits = new AtomicInteger();

    /** Holds the first who comes to a place there. */
    private Thread syncHeldAt(String place) throws InterruptedException {
        rig.failPoints.arm(place, () -> {
            if (hits.incrementAndGet() == 1) {
                reached.countDown();
                await(goOn);
            }
        });
        Thread first = new Thread(this::sync);
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

    @Test
    void bothForceTheNamesOfNewSegments() throws InterruptedException {
        appendTens(8);
        Thread first = syncHeldAt(FailPointNames.SYNC_BEFORE_DIRECTORY);
        sync();
        assertThat(hits).hasValue(2);
        goOn.countDown();
        first.join();
    }

    private static boolean waitsForTheCheckpoint(Thread thread) {
        return thread.getState() == Thread.State.BLOCKED
                && Stream.of(thread.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("writeCheckpoints"));
    }

    @Test
    void bothWaitForTheCheckpointThatTellsOfATrim() throws InterruptedException {
        appendTens(8);
        sync();
        store.trimTo(35);
        Thread first = syncHeldAt(FailPointNames.CHECKPOINT_BEFORE_RENAME);
        Thread second = new Thread(this::sync);
        second.start();
        while (second.isAlive() && !waitsForTheCheckpoint(second)) {
            Thread.onSpinWait();
        }
        assertThat(second.isAlive()).isTrue();
        goOn.countDown();
        first.join();
        second.join();
    }

    @ParameterizedTest
    @ValueSource(strings = {FailPointNames.SYNC_BEFORE_DIRECTORY, FailPointNames.SYNC_BEFORE_FORCE})
    void aPartitionDeletedMeanwhileCountsAsClosed(String place) {
        appendTens(8);
        rig.failPoints.arm(place, () -> rig.storage().delete(ID));
        assertThat(rig.storage().sync(List.of(store)).byPartition().get(ID).kind())
                .isEqualTo(StorageException.Kind.CLOSED);
    }
}
