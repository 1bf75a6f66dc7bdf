// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a data directory to one process: LMDB itself would let several write in turn, each with its own idea of the ends. The lock file
 * is the one the file backend takes, so that the two never share a directory at a time either.
 */
final class DirectoryLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);
    private static final String NAME = ".lock";

    private final Path directory;
    private final FileChannel file;

    private DirectoryLock(Path directory, FileChannel file) {
        this.directory = directory;
        this.file = file;
    }

    /**
     * Takes a directory, creating it when absent.
     *
     * @throws StorageException MISUSE if it cannot be used; RETRY if another has it
     */
    static DirectoryLock take(Path directory) {
        try {
            Files.createDirectories(directory);
            FileChannel file =
                    FileChannel.open(directory.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(file) != null) {
                return new DirectoryLock(directory, file);
            }
            file.close();
        } catch (IOException e) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    "data directory " + directory + " (log.dirs) cannot be used: " + e
                            + "; it must be a writable directory",
                    e);
        }
        throw new StorageException(
                StorageException.Kind.RETRY,
                "data directory " + directory + " (log.dirs) is in use by another server: its " + NAME
                        + " file is held");
    }

    private static FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held within this process
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("The lock on {} could not be released: {}", directory, e.getMessage());
        }
    }
}
