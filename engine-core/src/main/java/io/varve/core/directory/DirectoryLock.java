// SPDX-License-Identifier: Apache-2.0
package io.varve.core.directory;

import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Locks a data directory for one process and one backend, and within the process for one holder. The
 * operating system releases the lock when the process ends.
 *
 * <p>POSIX releases a lock as soon as its process closes any channel on the file. So a directory that is
 * locked within this process is refused before its lock file is opened.
 *
 * <p>The lock file has the id of the process that holds the directory, so that people find it, and keeps it
 * when that process is killed. Nothing but {@link #holder} reads it.
 */
public final class DirectoryLock implements AutoCloseable {
    /** Name of the lock file in the data directory, the same as Kafka's. */
    public static final String NAME = ".lock";

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);

    /** Real paths of the directories that this process has locked. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final Path real;
    private final FileChannel file;
    private final boolean shared;
    private final AtomicBoolean closed = new AtomicBoolean();

    private DirectoryLock(Path directory, Path real, FileChannel file, boolean shared) {
        this.shared = shared;
        this.directory = directory;
        this.real = real;
        this.file = file;
    }

    /**
     * Locks a directory, creating it if absent.
     *
     * @throws StorageException MISUSE if the directory cannot be used; RETRY if it is locked already
     */
    public static DirectoryLock lock(Path path) {
        Path directory = path.toAbsolutePath().normalize();
        try {
            Files.createDirectories(directory);
            return tryLock(directory, false, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    "data directory " + directory + " (log.dirs) cannot be used: " + reason(e)
                            + "; it must be a writable directory",
                    e);
        }
    }

    /**
     * Locks a directory for reading, so that no other process can use it meanwhile. Needs no permission to
     * write.
     *
     * @return the lock, or empty if there is no lock file, as in a directory that was never locked
     * @throws IOException if the lock file cannot be opened
     * @throws StorageException RETRY if the directory is locked already
     */
    public static Optional<DirectoryLock> lockShared(Path path) throws IOException {
        Path directory = path.toAbsolutePath().normalize();
        try {
            return Optional.of(tryLock(directory, true, StandardOpenOption.READ));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static DirectoryLock tryLock(Path directory, boolean shared, OpenOption... options) throws IOException {
        Path real = directory.toRealPath();
        if (!HELD.add(real)) {
            throw inUse(directory, "this process has it already");
        }
        FileChannel file = null;
        FileLock lock = null;
        try {
            file = FileChannel.open(directory.resolve(NAME), options);
            lock = file.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) {
            LOG.debug("{} is locked by another user in this process", directory, e);
        } finally {
            if (lock == null) {
                HELD.remove(real);
                close(directory, file);
            }
        }
        if (lock == null) {
            OptionalLong holder = holder(directory);
            throw inUse(
                    directory,
                    "its " + NAME + " file is held" + (holder.isPresent() ? " by process " + holder.getAsLong() : ""));
        }
        if (!shared) {
            note(directory, file, ProcessHandle.current().pid() + "\n");
        }
        return new DirectoryLock(directory, real, file, shared);
    }

    /** Writes who holds the directory. It works without: on a full disk for instance. */
    private static void note(Path directory, FileChannel file, String holder) {
        try {
            file.truncate(0);
            file.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException e) {
            LOG.debug("The lock file of {} does not say who holds it", directory, e);
        }
    }

    /**
     * Tells which process holds a directory, or was killed while it held it: whether it is held, locking it
     * tells.
     *
     * @param path a data directory
     * @return the id of the process; empty if the directory was released, never locked or cannot be read
     */
    public static OptionalLong holder(Path path) {
        try {
            Path real = path.toRealPath();
            if (!HELD.add(real)) {
                return OptionalLong.of(ProcessHandle.current().pid());
            }
            try {
                String holder = Files.readString(real.resolve(NAME)).trim();
                return holder.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(holder));
            } finally {
                HELD.remove(real);
            }
        } catch (IOException | NumberFormatException e) {
            LOG.debug("Who holds {} is not known", path, e);
            return OptionalLong.empty();
        }
    }

    private static StorageException inUse(Path directory, String why) {
        return new StorageException(
                StorageException.Kind.RETRY,
                "data directory " + directory + " (log.dirs) is in use by another server: " + why);
    }

    /** Says the failure in plain words: some exceptions have only the path as their message. */
    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException taken) {
            return taken.getFile() + " is not a directory";
        }
        return e instanceof NoSuchFileException absent ? absent.getFile() + " cannot be created" : e.getMessage();
    }

    /** @return the directory, absolute */
    public Path directory() {
        return directory;
    }

    /** Releases the directory. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            if (!shared) {
                note(directory, file, "");
            }
            close(directory, file);
            HELD.remove(real);
        }
    }

    private static void close(Path directory, FileChannel file) {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.warn("The lock on {} could not be released: {}", directory, e.getMessage());
        }
    }
}
