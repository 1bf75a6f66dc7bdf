// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Opens a file when it is needed, and keeps it open while it is in use or dirty. A file is dirty while it has
 * written bytes that were not forced: the system reports the device's failure to take them to the open file
 * only. Thread-safe.
 *
 * <p>States: idle (closed) → open ⇄ in use → retired. A retired file cannot be acquired any more. Its users
 * keep it. When the last user has released it, it is closed, and the action of {@link #whenUnused} runs.
 */
public final class PooledFile {
    private static final Set<OpenOption> READ_AND_WRITE = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);

    private final PartitionDirectory directory;
    private final long offset;
    private final String suffix;

    private UninterruptibleFile open;
    private int users;
    private boolean listed;
    private boolean recentlyUsed;
    private long dirtied;
    private long cleaned;
    private boolean retired;
    private Runnable whenUnused;
    /** The file's name since it was taken out of the log; null before. */
    private Path movedTo;

    /**
     * @param offset the number in the file's name
     * @param suffix the suffix of the name, one of {@link FileNames}
     */
    public PooledFile(PartitionDirectory directory, long offset, String suffix) {
        this.directory = directory;
        this.offset = offset;
        this.suffix = suffix;
    }

    /** @return the file's path, until it is retired */
    public Path path() {
        return directory.file(offset, suffix);
    }

    /**
     * @return the open file; call {@link #release} after use
     * @throws IOException if it cannot be opened
     * @throws RetiredException if the file is retired
     */
    public UninterruptibleFile acquire() throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                return acquireOnce();
            } catch (IOException e) {
                directory.openFiles().closeIdleAfter(e, tries);
            }
        }
    }

    private UninterruptibleFile acquireOnce() throws IOException {
        boolean list;
        UninterruptibleFile acquired;
        synchronized (this) {
            if (retired) {
                throw RetiredException.INSTANCE;
            }
            if (open == null) {
                open = new UninterruptibleFile(this::open);
            }
            users++;
            recentlyUsed = true;
            list = !listed;
            listed = true;
            acquired = open;
        }
        if (list) {
            directory.openFiles().opened(this);
        }
        return acquired;
    }

    /** Opens the file by its present name: another file may have its former name by now. */
    private synchronized FileChannel open() throws IOException {
        if (retired && movedTo == null) {
            throw new NoSuchFileException(path().toString(), null, "it was taken away while it was in use");
        }
        Path name = movedTo == null ? path() : movedTo;
        return FileChannel.open(name, READ_AND_WRITE);
    }

    /** A change of the file's name. */
    @FunctionalInterface
    public interface Move {
        void to(Path name) throws IOException;
    }

    /** Moves the file to another name, under which its users open it again. */
    public synchronized void move(Path name, Move move) throws IOException {
        move.to(name);
        movedTo = name;
    }

    /** Ends one use of the file. Call it once for each {@link #acquire}. */
    public void release() {
        Runnable next = null;
        synchronized (this) {
            users--;
            if (retired && users == 0) {
                closeQuietly();
                next = whenUnused;
            }
        }
        if (next != null) {
            next.run();
        }
    }

    /**
     * Marks the file as written. Call it before and after each write, so that a force between does not count
     * for the bytes.
     */
    public synchronized void markDirty() {
        dirtied++;
    }

    /** @return the mark to pass to {@link #markClean} after a force that starts now */
    public synchronized long mark() {
        return dirtied;
    }

    /** Notes that a force that started at {@code mark} has succeeded. */
    public synchronized void markClean(long mark) {
        cleaned = Math.max(cleaned, mark);
    }

    /** @return true if bytes may have been written that no force has made durable */
    public synchronized boolean isDirty() {
        return dirtied != cleaned;
    }

    /**
     * Retires the file: it cannot be acquired any more.
     *
     * @return true if it is not in use
     */
    public synchronized boolean retire() {
        retired = true;
        if (users > 0) {
            return false;
        }
        closeQuietly();
        return true;
    }

    /**
     * Deletes the file, if it exists.
     *
     * @throws RetiredException if another file may have the name by now
     */
    public synchronized void delete() throws IOException {
        if (retired) {
            throw RetiredException.INSTANCE;
        }
        Files.deleteIfExists(path());
    }

    /**
     * Requires that no other owner can have changed the file under a reader.
     *
     * @throws RetiredException if the file is retired
     */
    public synchronized void requireOwned() {
        if (retired) {
            throw RetiredException.INSTANCE;
        }
    }

    /**
     * Runs an action once the retired file is not in use.
     *
     * @param unused runs now, or on the thread that releases the file last
     */
    public void whenUnused(Runnable unused) {
        synchronized (this) {
            if (users > 0) {
                whenUnused = unused;
                return;
            }
        }
        unused.run();
    }

    /** @return true while it has a descriptor, or is about to take one */
    synchronized boolean isOpen() {
        return open != null;
    }

    boolean isLog() {
        return suffix.equals(FileNames.LOG);
    }

    /**
     * Closes the file if it is idle.
     *
     * @param evenIfDemanded whether it may have been used since the last call
     * @return true if the file is closed on return
     */
    synchronized boolean evict(boolean evenIfDemanded) {
        if (open != null && (users > 0 || recentlyUsed && !evenIfDemanded || dirtied != cleaned)) {
            recentlyUsed = false;
            return false;
        }
        closeQuietly();
        listed = false;
        return true;
    }

    /** Closes the file unless it is in use or dirty. */
    public synchronized void closeIfIdle() {
        if (users == 0 && dirtied == cleaned) {
            closeQuietly();
        }
    }

    private void closeQuietly() {
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // No bytes are lost: they have been forced, or are given up.
                org.slf4j.LoggerFactory.getLogger(PooledFile.class).debug("Closing {} failed", path(), e);
            }
            open = null;
        }
    }
}
