// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.partition.OffsetCheckpoint;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Crashes after appends, and checks that a start scans only the batches past the recovery point. */
@Timeout(180)
class CheckpointTest extends FileTestBase {
    private void checkpointEvery(int bytes) {
        rig.properties.put(FileConfig.CHECKPOINT_BYTES, Integer.toString(bytes));
        rig.reopen();
        open();
    }

    private void awaitRecoveryPoint(long min) throws IOException {
        OffsetCheckpoint file = new OffsetCheckpoint(rig.directory.resolve(FileNames.RECOVERY_POINTS), rig.failPoints);
        while (file.read().getOrDefault(ID.toString(), 0L) < min) {
            Thread.yield();
        }
    }

    @Test
    void isWrittenForAppendsEvenWithoutSyncs() throws IOException {
        checkpointEvery(4 * SIZE);
        for (int i = 0; i < 30; i++) {
            appendTens(8);
            awaitRecoveryPoint(80L * i); // each may leave the last few bytes to the next
        }
        rig.die();
        for (long base = 0; base <= 2000; base += 50) {
            flipBit(log(base), SIZE + 100);
        }
        List<String> lines = LogLines.of(this::open);
        assertThat(lines).isEmpty();
        assertThat(store.extent().readableEnd()).isEqualTo(2400);
    }

    @Test
    void aTrimWritesTheStartOffsetsOnly() {
        appendTens(17);
        sync();
        AtomicInteger written = new AtomicInteger();
        rig.failPoints.arm(FileFailPoints.CHECKPOINT_BEFORE_RENAME, written::incrementAndGet);
        store.trimTo(60);
        sync();
        assertThat(written).hasValue(1);
        rig.kill();
        open();
        assertThat(store.extent().start()).isEqualTo(60);
        assertThat(readAll(store, 60)).isEqualTo(tens(60, 170));
    }

    @Test
    void anIdlePartitionIsNotScannedAfterACrash() throws IOException {
        appendTens(17);
        rig.reopen();
        rig.die();
        for (long base : new long[] {0, 50, 100}) {
            write(log(base), 0, new byte[5 * SIZE]);
        }
        assertThat(LogLines.of(this::open)).isEmpty();
        assertThat(store.extent().readableEnd()).isEqualTo(170);
        assertThat(readAll(store, 150)).isEqualTo(tens(150, 170));
    }
}
