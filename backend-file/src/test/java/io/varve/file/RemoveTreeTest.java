// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/**
 * Removes one directory on two threads, as a start does while the storage closed before still removes a
 * deleted partition.
 */
class RemoveTreeTest {
    private static final int FILES = 200;

    @RepeatedTest(20)
    void twoThreadsCanRemoveTheSameTreeAtOnce(@TempDir Path directory) throws IOException {
        Path tree = Files.createDirectory(directory.resolve("orders-3.0-delete"));
        for (int i = 0; i < FILES; i++) {
            Files.createFile(tree.resolve(FileNames.name(i, FileNames.LOG)));
        }
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> remove(tree));
        remove(tree);
        other.join();
        assertThat(tree).doesNotExist();
    }

    private static void remove(Path tree) {
        try {
            Disk.removeTree(tree);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
