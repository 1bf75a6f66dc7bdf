// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.directory.DiskReserveConfig;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.VirtualTime;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are closed beyond the bound. */
class OpenFilesTest {
    private static final int MAX = 10;

    @TempDir
    Path root;

    private PartitionDirectory directory;

    @BeforeEach
    void makeDirectory() throws IOException {
        Files.createDirectories(root.resolve("p-0"));
        DirectorySpace space =
                new DirectorySpace(root, new DiskReserveConfig(0, Set.of()), Clock.system(), new VirtualTime(0));
        directory = new PartitionDirectory(root, "p-0", space, new OpenFiles(MAX, Clock.system()));
    }

    private List<PooledFile> files(int number, String suffix) throws IOException {
        List<PooledFile> files = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            PooledFile file = new PooledFile(directory, i, suffix);
            Files.createFile(file.path());
            files.add(file);
        }
        return files;
    }

    private static void use(PooledFile file) throws IOException {
        file.acquire();
        file.release();
    }

    private static long open(List<PooledFile> files) {
        return files.stream().filter(PooledFile::isOpen).count();
    }

    @Test
    void indexesAreClosedBeforeLogs() throws IOException {
        List<PooledFile> logs = files(MAX - 2, FileNames.LOG);
        List<PooledFile> indexes = files(4 * MAX, FileNames.INDEX);
        for (PooledFile log : logs) {
            use(log);
        }
        for (PooledFile index : indexes) {
            use(index);
        }
        assertThat(open(logs)).isEqualTo(MAX - 2);
        assertThat(open(indexes)).isEqualTo(2);
    }

    @Test
    void logsMakeWayForOtherLogsWhereThereAreNoIndexes() throws IOException {
        List<PooledFile> logs = files(5 * MAX, FileNames.LOG);
        for (PooledFile log : logs) {
            use(log);
            assertThat(open(logs)).isLessThanOrEqualTo(MAX);
        }
        assertThat(open(logs)).isEqualTo(MAX);
        assertThat(logs.get(5 * MAX - 1).isOpen()).isTrue();
    }

    @Test
    void goingRoundSlightlyMoreFilesThanFitOpensFew() throws IOException {
        List<PooledFile> logs = files(MAX + 1, FileNames.LOG);
        int opens = 0;
        for (int round = 0; round < 20; round++) {
            for (PooledFile log : logs) {
                opens += log.isOpen() ? 0 : 1;
                use(log);
            }
        }
        assertThat(opens).isLessThan(20 * MAX / 2);
    }

    @Test
    void aFileInUseOrDirtyStaysOpenAndTheExcessGoesLater() throws IOException {
        List<PooledFile> logs = files(5 * MAX, FileNames.LOG);
        for (PooledFile log : logs.subList(0, 3 * MAX)) {
            log.markDirty();
            use(log);
        }
        assertThat(open(logs)).isEqualTo(3 * MAX);
        logs.get(0).acquire();
        for (PooledFile log : logs.subList(0, 3 * MAX)) {
            log.markClean(log.mark());
        }
        for (PooledFile log : logs.subList(3 * MAX, 5 * MAX)) {
            use(log);
        }
        assertThat(open(logs)).isLessThanOrEqualTo(MAX + 1);
        assertThat(logs.get(0).isOpen()).isTrue();
    }

    /** Another thread may take what was closed for this one. */
    @Test
    void aWriteThatFindsNoDescriptorIsTriedAFewTimes() throws IOException {
        AtomicInteger tries = new AtomicInteger();
        directory.withDescriptors(() -> {
            if (tries.incrementAndGet() < 3) {
                throw new FileSystemException("f", null, "Too many open files");
            }
        });
        assertThat(tries).hasValue(3);
        tries.set(-10);
        assertThatThrownBy(() -> directory.withDescriptors(() -> {
                    if (tries.incrementAndGet() < 3) {
                        throw new FileSystemException("f", null, "Too many open files");
                    }
                }))
                .hasMessageContaining("Too many open files");
    }
}
