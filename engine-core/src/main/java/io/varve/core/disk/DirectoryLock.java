// SPDX-License-Identifier: Apache-2.0
package io.varve.core.disk;

import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a data directory to one process, and to one backend at a time. The system takes the lock from a process that dies. */
public final class DirectoryLock implements AutoCloseable {
    /** Name of the lock file, in the data directory; Kafka's, too. */
    public static final String NAME = ".lock";

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);

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
    public static DirectoryLock take(Path path) {
        Path directory = path.toAbsolutePath().normalize();
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
                    "data directory " + directory + " (log.dirs) cannot be used: " + reason(e)
                            + "; it must be a writable directory",
                    e);
        }
        throw new StorageException(
                StorageException.Kind.RETRY,
                "data directory " + directory + " (log.dirs) is in use by another server: its " + NAME
                        + " file is held");
    }

    /** The exceptions' names, which users need not know, say what their messages do not. */
    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException taken) {
            return taken.getFile() + " is not a directory";
        }
        return e instanceof NoSuchFileException absent ? absent.getFile() + " cannot be created" : e.getMessage();
    }

    private static FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held within this process
        }
    }

    /** @return the directory, absolute */
    public Path directory() {
        return directory;
    }

    /** Lets another have it. */
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("The lock on {} could not be released: {}", directory, e.getMessage());
        }
    }
}
