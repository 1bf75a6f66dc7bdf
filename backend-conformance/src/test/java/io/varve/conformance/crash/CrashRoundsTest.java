// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.example.JournalStorageProvider;
import io.varve.conformance.rig.JavaCommand;
import io.varve.conformance.rig.TestedBackend;
import io.varve.conformance.rig.TimedProcess;
import io.varve.core.spi.StorageProvider;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashRoundsTest {
    @TempDir
    private Path directory;

    private static CrashRounds on(StorageProvider provider) throws Exception {
        return new CrashRounds(TestedBackend.of(provider), 1);
    }

    @Test
    void aWorkerEndsWhenItsParentDoes() throws Exception {
        WorkerArguments order = new WorkerArguments(
                directory.resolve("data"),
                directory.resolve("journal"),
                1,
                1,
                WorkerArguments.WorkerTask.of(WorkerArguments.Kind.OPEN));
        TestedBackend subject = TestedBackend.of(new JournalStorageProvider());
        List<String> command = JavaCommand.of(subject, WorkerMain.class);
        command.addAll(order.arguments(subject.provider().getClass().getName(), subject.properties()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        try (TimedProcess worker = TimedProcess.start(builder, TimedProcess.PATIENCE)) {
            assertThat(worker.readLine()).isEqualTo(WorkerMain.READY);
            worker.process().getOutputStream().close(); // as happens when this process ends
            assertThat(worker.exit()).isZero();
        }
    }

    @Test
    void haltsAtAFailPointThatEveryRunPasses() throws Exception {
        try (CrashRounds rounds = on(new FickleProvider())) {
            assertThat(rounds.failPoints()).containsKey(FickleProvider.SURE);
            assertThat(rounds.haltAt(FickleProvider.SURE, 2)).isTrue();
        }
    }

    /** Such as the creation of a partition: a run on what an earlier one left has its partitions. */
    @Test
    void haltsAtAFailPointThatIsPassedOnAnEmptyDirectoryOnly() throws Exception {
        try (CrashRounds rounds = on(new FickleProvider())) {
            assertThat(rounds.failPoints()).containsKey(FickleProvider.FIRST);
            rounds.kill();
            assertThat(rounds.haltAt(FickleProvider.FIRST, 1)).isTrue();
        }
    }

    /** What a tier does in the background depends on how fast the machine is. */
    @Test
    void aTierNeedNotPassAgainWhatItPassedInADryRun() throws Exception {
        try (CrashRounds rounds = on(new FickleProvider.Tiered())) {
            assertThat(rounds.failPoints()).containsKey(FickleProvider.FICKLE);
            assertThat(rounds.haltAt(FickleProvider.FICKLE, 1)).isFalse();
        }
    }

    @Test
    void aBackendWithoutATierMustPassAgainWhatItPassedInADryRun() throws Exception {
        try (CrashRounds rounds = on(new FickleProvider())) {
            assertThatThrownBy(() -> rounds.haltAt(FickleProvider.FICKLE, 1))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("but not in the others");
        }
    }
}
