// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageLoadTest {
    private static final int BLOCK = 4096;
    private static final int BYTES = 4 << 20;

    @TempDir
    private Path directory;

    @Test
    void bringsPagesToTheCacheThatWereNotThere() throws IOException {
        Path file = directory.resolve("cold");
        assumeTrue(writePastTheCache(file), "this file system takes no direct writes");
        try (UninterruptibleFile open = UninterruptibleFile.open(file, StandardOpenOption.READ)) {
            assumeTrue(!isInCache(file, 0, BYTES), "this file system keeps what was written directly");
            open.load(BYTES / 2, BYTES / 2);
            assertThat(isInCache(file, BYTES / 2, BYTES / 2)).isTrue();
        }
    }

    @Test
    void endsWithTheFileAndKeepsItUsableAfterAnInterrupt() throws IOException {
        Path file = directory.resolve("short");
        Files.write(file, new byte[10_000]);
        try (UninterruptibleFile open = UninterruptibleFile.open(file, StandardOpenOption.READ)) {
            open.load(5_000, 1 << 20);
            open.load(20_000, 100);
            Thread.currentThread().interrupt();
            open.load(0, 10_000);
            assertThat(Thread.interrupted()).isTrue();
            open.load(0, 10_000);
            assertThat(open.size()).isEqualTo(10_000);
        }
    }

    private static boolean writePastTheCache(Path file) throws IOException {
        ByteBuffer block =
                ByteBuffer.allocateDirect(BYTES + BLOCK).alignedSlice(BLOCK).limit(BYTES);
        try (FileChannel direct = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT)) {
            while (block.hasRemaining()) {
                direct.write(block);
            }
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static boolean isInCache(Path file, long position, int length) throws IOException {
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
            return open.map(MapMode.READ_ONLY, position, length).isLoaded();
        }
    }
}
