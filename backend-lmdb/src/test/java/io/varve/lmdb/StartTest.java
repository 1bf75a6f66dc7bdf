// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.conformance.rig.ChildRun;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.lmdbjava.Env;

/**
 * Starts on environments of other formats, locked ones and ones with garbage: some are refused, others
 * served.
 */
class StartTest extends LmdbTestBase {
    private StorageException refusal() {
        storage.abandon();
        return catchThrowableOfType(StorageException.class, () -> LmdbStorage.open(context()));
    }

    @Test
    void refusesANewerFormat() {
        LmdbEnvironment environment = environment();
        environment.writer.lock();
        environment.commit(0, "test", txn -> {
            KeyCodec.number(txn.key(), KeyCodec.FORMAT_KEY);
            return txn.cursor(txn.databases.meta())
                    .put(
                            txn.key(),
                            txn.value().clear().putInt(KeyCodec.FORMAT + 1).flip());
        });
        environment.writer.unlock();
        StorageException refusal = refusal();
        assertThat(refusal.kind()).isEqualTo(Kind.MISUSE);
        assertThat(refusal.getMessage())
                .contains(directory.resolve("data.mdb").toString())
                .contains("format 2")
                .contains("newer version");
        assertThat(refusal.getMessage().lines()).hasSize(1);
    }

    @Test
    void refusesAnotherProgramsEnvironment(@org.junit.jupiter.api.io.TempDir Path foreign) {
        try (Env<ByteBuffer> env = Env.create().setMaxDbs(1).open(foreign.toFile())) {
            env.openDbi("theirs", org.lmdbjava.DbiFlags.MDB_CREATE);
        }
        storage.abandon();
        directory = foreign;
        StorageException refusal = refusal();
        assertThat(refusal.kind()).isEqualTo(Kind.MISUSE);
        assertThat(refusal.getMessage()).contains("another program's");
    }

    @Test
    void refusesAFileThatIsNotLmdbs() throws IOException {
        storage.abandon();
        Files.write(directory.resolve(OpenedEnvironment.DATA), new byte[20_000]);
        StorageException refusal = refusal();
        assertThat(refusal.kind()).isEqualTo(Kind.CORRUPT);
        assertThat(refusal.getMessage()).contains(directory.toString());
    }

    @Test
    void refusesADirectoryThatAnotherProcessHasLocked() {
        StorageException refusal = catchThrowableOfType(StorageException.class, () -> LmdbStorage.open(context()));
        assertThat(refusal.kind()).isEqualTo(Kind.RETRY);
        assertThat(refusal.getMessage()).contains("in use by another server");
    }

    @Test
    void compactsWhenConfigured() {
        for (int i = 0; i < 400; i++) {
            append(20_000);
        }
        sync();
        store.trimTo(390);
        sync();
        long before = fileBytes();
        properties.put(LmdbConfig.COMPACT, "true");
        restart();
        assertThat(fileBytes()).isLessThan(before / 4);
        assertThat(readAll(store)).contains(390L, 399L);
        append(20_000);
        sync();
        restart();
        assertThat(store.extent().readableEnd()).isEqualTo(401);
    }

    @Test
    void aCompactionThatDiesLeavesTheOldFile() {
        append(20_000);
        sync();
        properties.put(LmdbConfig.COMPACT, "true");
        failPoints.arm(LmdbFailPoints.COMPACT_BEFORE_RENAME, () -> {
            throw new IllegalStateException("dies");
        });
        storage.close();
        assertThat(catchThrowableOfType(IllegalStateException.class, () -> LmdbStorage.open(context())))
                .isNotNull();
        failPoints.disarm(LmdbFailPoints.COMPACT_BEFORE_RENAME);
        start();
        assertThat(readAll(store)).containsExactly(0L);
    }

    @Test
    void goesOnRemovingTheGarbageOfADeadProcess() {
        PartitionId id = new PartitionId("deleted", new UUID(1, 1), 0);
        var other = storage.open(id, 1, limits);
        for (int i = 0; i < 3 * GarbageRemover.STEP; i++) {
            append(other, 100);
        }
        assertThat(storage.sync(List.of(other)).byPartition()).isEmpty();
        storage.delete(id);
        assertThat(batches()).isGreaterThan(0);
        die();
        for (int i = 0; i < 3; i++) {
            append(100);
            sync();
        }
        assertThat(batches()).isEqualTo(3);
        assertThat(storage.partitions()).containsExactly(ID);
    }

    private long batches() {
        List<Long> found = new ArrayList<>();
        environment().read(txn -> {
            txn.scan(environment().databases.batches(), ByteBuffer.allocate(0), (key, value) -> found.add(1L));
            return found;
        });
        return found.size();
    }

    @Test
    void numbersAreNeverAssignedTwice() {
        int before = ((LmdbStore) store).partition.number;
        storage.delete(ID);
        restart();
        assertThat(((LmdbStore) store).partition.number).isGreaterThan(before);
    }

    @Test
    void reportsAMissingLibraryInOneLine() throws IOException, InterruptedException {
        String output = inAnotherProcess("-Dlmdbjava.native.lib=/nowhere/liblmdb.so");
        assertThat(output)
                .contains("storage.backend=lmdb cannot be used on " + System.getProperty("os.name"))
                .contains("use storage.backend=file");
        assertThat(output.strip().lines()).hasSize(1);
    }

    /**
     * Opens a storage in a process with a JVM flag.
     *
     * @return the output of the process
     */
    private String inAnotherProcess(String flag) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), flag));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--"))
                .forEach(command::add);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                OpenStorageMain.class.getName(),
                directory.resolve("other").toString()));
        return ChildRun.of(new ProcessBuilder(command)).output();
    }

    @Test
    void statisticsCoverPagesReadersAndPartitions() {
        append(20_000);
        append(20_000);
        sync();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        storage.close();
        LmdbStat.print(directory, new PrintStream(out));
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("pages", "free", "reader slots", "2 batches")
                .containsPattern("orders-3 +0 +2 +1 +40,000");
        start();
    }
}
