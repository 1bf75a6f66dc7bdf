// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UninterruptibleFileTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

    @TempDir
    Path directory;

    @AfterEach
    void endInterrupt() {
        Thread.interrupted();
    }

    private Path path() {
        return directory.resolve("file");
    }

    private UninterruptibleFile open() throws IOException {
        return UninterruptibleFile.open(
                path(), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static ByteBuffer bytes(int size) {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        while (bytes.hasRemaining()) {
            bytes.put((byte) bytes.position());
        }
        return bytes.flip();
    }

    @Test
    void everyOperationOutlivesALostChannel() throws IOException {
        try (UninterruptibleFile file = open()) {
            Disk.writeFully(file, bytes(1000), 0);
            file.channel().close();
            Disk.writeFully(file, bytes(500), 1000);
            file.channel().close();
            assertThat(file.size()).isEqualTo(1500);
            file.channel().close();
            ByteBuffer read = ByteBuffer.allocate(500);
            assertThat(Disk.read(file, read, 1000)).isEqualTo(500);
            assertThat(read.flip()).isEqualTo(bytes(500));
            file.channel().close();
            file.truncate(700);
            file.channel().close();
            file.force(true);
        }
        assertThat(ByteBuffer.wrap(Files.readAllBytes(path())))
                .isEqualTo(bytes(1000).limit(700));
    }

    @Test
    void anInterruptLastsAndChangesNothing() throws IOException {
        try (UninterruptibleFile file = open()) {
            Thread.currentThread().interrupt();
            Disk.writeFully(file, bytes(1000), 0);
            file.force(false);
            ByteBuffer read = ByteBuffer.allocate(1000);
            Disk.read(file, read, 0);
            assertThat(read.flip()).isEqualTo(bytes(1000));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void whatWasNotForcedWhenAChannelWasLostIsWrittenAgain() throws IOException {
        try (UninterruptibleFile file = open()) {
            Disk.writeFully(file, bytes(1_000_000), 0);
            Files.setLastModifiedTime(path(), LONG_AGO);
            file.channel().close();
            file.force(false);
            assertThat(Files.getLastModifiedTime(path())).isGreaterThan(LONG_AGO);
            assertThat(ByteBuffer.wrap(Files.readAllBytes(path()))).isEqualTo(bytes(1_000_000));
        }
    }

    @Test
    void whatWasForcedIsNotWrittenAgain() throws IOException {
        try (UninterruptibleFile file = open()) {
            Disk.writeFully(file, bytes(1000), 0);
            file.force(false);
            Files.setLastModifiedTime(path(), LONG_AGO);
            file.channel().close();
            file.force(false);
            assertThat(Files.getLastModifiedTime(path())).isEqualTo(LONG_AGO);
        }
    }

    @Test
    void aFileThatWasClosedStaysClosed() throws IOException {
        UninterruptibleFile file = open();
        file.close();
        assertThatThrownBy(file::size).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> file.force(true)).isInstanceOf(ClosedChannelException.class);
    }
}
