// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.HeldBytes;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The ring gets what is still in memory from there, and the rest from the logs. The logs' bytes are spoilt
 * before the commit, so that each test sees where the ring's come from: a start writes them to the logs.
 */
class HeldRunsTest extends FileTestBase {
    private static final PartitionId OTHER = new PartitionId("other", new UUID(7, 12), 0);

    private final List<HeldBytes> held = new ArrayList<>();

    HeldRunsTest() {
        super(FileRig.withRing());
    }

    /** Commits so much that later commits go to the ring, and another partition keeps its frames in use. */
    @BeforeEach
    void begin() {
        PartitionStore other = rig.storage().open(OTHER, 1, SMALL);
        for (int i = 0; i < 2; i++) {
            other.append(Batches.run(10L * i, 10, SIZE, 5));
            assertThat(rig.storage().sync(List.of(other)).byPartition()).isEmpty();
        }
        appendTens(1);
        sync();
    }

    private void appendHeld(int records) {
        BatchRun run = Batches.run(store.extent().readableEnd(), records, SIZE, 1000);
        HeldBytes hold = new HeldBytes(run.bytes());
        held.add(hold);
        store.append(new BatchRun(
                run.bytes(), run.baseOffset(), run.nextOffset(), run.maxTimestamp(), run.offsetOfMaxTimestamp(), hold));
    }

    private void spoilLog(int batch) throws IOException {
        flipBit(log(0), (batch + 1L) * SIZE - 1);
    }

    private long recoveryPoint() {
        return rig.loaded(ID).durability().recoveryPoint();
    }

    /** @return base offsets of what is there after a power cut */
    private List<Long> afterPowerCut() {
        rig.kill();
        open();
        return readAll(store, 0);
    }

    @Test
    void theRingGetsWhatIsInMemory() throws IOException {
        appendHeld(10);
        spoilLog(1);
        sync();
        assertThat(recoveryPoint()).as("the log is not forced").isEqualTo(10);
        assertThat(afterPowerCut()).isEqualTo(tens(0, 20));
    }

    @Test
    void severalRunsAreInMemory() throws IOException {
        appendHeld(10);
        appendHeld(10);
        appendHeld(10);
        spoilLog(1);
        spoilLog(2);
        spoilLog(3);
        sync();
        assertThat(afterPowerCut()).isEqualTo(tens(0, 40));
    }

    @Test
    void whatComesBeforeIsReadFromTheLog() throws IOException {
        appendTens(1);
        appendHeld(10);
        spoilLog(2);
        sync();
        assertThat(recoveryPoint()).isEqualTo(10);
        assertThat(afterPowerCut()).isEqualTo(tens(0, 30));
    }

    @Test
    void whatIsReadFromTheLogIsVerified() throws IOException {
        appendTens(1);
        appendHeld(10);
        spoilLog(1);
        sync();
        assertThat(recoveryPoint()).as("the log is forced").isEqualTo(30);
    }

    @Test
    void anAppendThatIsNotInMemoryIsReadWithAllBeforeIt() throws IOException {
        appendHeld(10);
        appendTens(1);
        sync();
        assertThat(recoveryPoint()).isEqualTo(10);
        assertThat(afterPowerCut()).isEqualTo(tens(0, 30));
    }

    @Test
    void whatIsLetGoIsReadFromTheLog() throws IOException {
        appendHeld(10);
        appendHeld(10);
        held.get(1).letGo();
        sync();
        assertThat(recoveryPoint()).isEqualTo(10);
        assertThat(afterPowerCut()).isEqualTo(tens(0, 30));
    }

    @Test
    void whatWasTruncatedIsNotTakenFromMemory() {
        appendHeld(10);
        appendHeld(10);
        store.truncateTo(10);
        appendHeld(7);
        sync();
        appendHeld(10);
        sync();
        assertThat(afterPowerCut()).containsExactly(0L, 10L, 17L);
    }
}
