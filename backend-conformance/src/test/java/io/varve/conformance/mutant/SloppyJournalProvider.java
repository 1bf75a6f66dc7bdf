// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.conformance.example.JournalStorageProvider;
import io.varve.core.directory.DirectoryLock;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The example with a fault that only shows in a process or on a device of its own. */
public final class SloppyJournalProvider {
    private SloppyJournalProvider() {}

    /**
     * Opens the lock file before it asks who has it, and closes it again: POSIX then takes the lock from
     * whoever in this process has it.
     */
    public static final class GivesLockAway extends JournalStorageProvider {
        @Override
        public Storage open(StorageContext context) {
            Path file = context.directories().get(0).resolve(DirectoryLock.NAME);
            if (Files.exists(file)) {
                try {
                    FileChannel.open(file, StandardOpenOption.WRITE).close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return super.open(context);
        }
    }

    /** Forces what it finds, and takes it for durable then. */
    public static final class OnlyForces extends JournalStorageProvider {
        /** As the class loader wants it. */
        public OnlyForces() {
            super(false);
        }
    }
}
