// SPDX-License-Identifier: Apache-2.0
package io.varve.core.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
    private static final long OWN = ProcessHandle.current().pid();

    @TempDir
    private Path directory;

    @Test
    void theHolderIsKnownUntilItReleasesTheDirectory() throws IOException {
        assertThat(DirectoryLock.holder(directory)).isEmpty();
        try (DirectoryLock lock = DirectoryLock.lock(directory)) {
            assertThat(DirectoryLock.holder(lock.directory())).hasValue(OWN);
            assertThatThrownBy(() -> DirectoryLock.lock(directory))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("this process has it already");
        }
        assertThat(DirectoryLock.holder(directory)).isEmpty();
        assertThat(Files.size(directory.resolve(DirectoryLock.NAME))).isZero();
    }

    /** As a killed process leaves it; who only reads the directory changes nothing. */
    @Test
    void aHolderThatWasKilledIsKnownUntilTheNextOne() throws IOException {
        Path file = Files.writeString(directory.resolve(DirectoryLock.NAME), "123456789\n");
        DirectoryLock.lockShared(directory).orElseThrow().close();
        assertThat(DirectoryLock.holder(directory)).isEqualTo(OptionalLong.of(123_456_789));
        DirectoryLock.lock(directory).close();
        assertThat(Files.size(file)).isZero();
        Files.writeString(file, "no number");
        assertThat(DirectoryLock.holder(directory)).isEmpty();
    }
}
