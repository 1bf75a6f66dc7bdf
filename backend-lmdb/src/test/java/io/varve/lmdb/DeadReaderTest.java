// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.rig.JavaCommand;
import io.varve.conformance.rig.TestedBackend;
import io.varve.conformance.rig.TimedProcess;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Kills another process during its read of the environment, and checks that its slot and its pages are
 * released.
 */
@Timeout(120)
class DeadReaderTest extends LmdbTestBase {
    private static final int KEPT = 20;
    private static final int BATCH = 20_000;

    private final List<TimedProcess> others = new ArrayList<>();

    @AfterEach
    void end() {
        others.forEach(TimedProcess::close);
    }

    /** LMDB itself releases the slots of dead readers only when no process has the environment open. */
    @Test
    void aStartReleasesItsPagesThoughAnotherProcessHasTheEnvironmentOpen() throws IOException, InterruptedException {
        append(BATCH);
        sync();
        bystander("looking");
        Process reader = bystander("reading");
        reader.destroyForcibly().waitFor();
        storage.close();
        start();
        long before = churn();
        assertThat(churn()).isLessThanOrEqualTo(before + BATCH);
        assertThat(before).isLessThan(4L * KEPT * BATCH);
    }

    @Test
    void aReaderThatDiesWhileTheStorageRunsIsReleasedLater() throws IOException, InterruptedException {
        storage.abandon();
        VirtualTime time = new VirtualTime(EPOCH);
        storage = LmdbStorage.open(
                new StorageContext(List.of(directory), properties, time, time, Ids.random(), failPoints));
        store = storage.open(ID, 1, limits);
        append(BATCH);
        sync();
        bystander("reading").destroyForcibly().waitFor();
        long pinned = environment().info().numReaders;
        time.advance(60_000);
        long before = churn();
        assertThat(churn()).isLessThanOrEqualTo(before + BATCH);
        assertThat(before).isLessThan(4L * KEPT * BATCH);
        assertThat(pinned).isPositive();
    }

    @Test
    void aDeadReaderIsReleasedWhenTheMapIsFull() throws IOException, InterruptedException {
        properties.put(LmdbConfig.MAP_INITIAL, Long.toString(MIB));
        properties.put(LmdbConfig.MAP_MAX, Long.toString(8L * MIB));
        restart();
        append(BATCH);
        sync();
        bystander("reading").destroyForcibly().waitFor();
        for (int i = 0; i < 100; i++) { // 50 MiB where the map takes 24
            append(MIB / 2);
            store.trimTo(store.extent().durableEnd());
            sync();
        }
        assertThat(fileBytes()).isLessThan(32L * MIB);
    }

    @Test
    void whenOtherProcessesHaveEverySlotReadsShareOneOrFailWithRetry() throws Exception {
        append(BATCH);
        sync();
        assertThat(readAll(store)).hasSize(1);
        Process other = bystander("filling");
        // This thread has the last slot, so another thread finds none.
        Throwable failure = environment().read(txn -> {
            try {
                return CompletableFuture.supplyAsync(() -> readAll(store))
                        .handle((found, e) -> e)
                        .get();
            } catch (InterruptedException | ExecutionException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(failure.getCause())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(LmdbConfig.MAX_READERS);
        assertThat(((StorageException) failure.getCause()).kind()).isEqualTo(StorageException.Kind.RETRY);
        assertThat(readAll(store)).hasSize(1);
        other.destroyForcibly().waitFor();
        List<Long> found = environment().read(txn -> {
            try {
                return CompletableFuture.supplyAsync(() -> readAll(store)).get();
            } catch (InterruptedException | ExecutionException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(found).hasSize(1);
    }

    /**
     * Appends a few MiB and trims them away.
     *
     * @return bytes of the file after that
     */
    private long churn() {
        for (int i = 0; i < 10 * KEPT; i++) {
            append(BATCH);
            store.trimTo(Math.max(0, store.extent().durableEnd() - KEPT));
            sync();
        }
        return fileBytes();
    }

    private Process bystander(String what) throws IOException {
        List<String> command =
                new ArrayList<>(JavaCommand.of(TestedBackend.of(new LmdbStorageProvider()), BystanderMain.class));
        command.addAll(List.of(directory.toString(), what));
        TimedProcess other =
                TimedProcess.start(new ProcessBuilder(command).redirectErrorStream(true), TimedProcess.PATIENCE);
        others.add(other);
        assertThat(other.readLine()).isEqualTo("ready");
        return other.process();
    }
}
