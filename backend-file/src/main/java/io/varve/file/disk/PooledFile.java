// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Opens a file when it is needed, and keeps it open while it is in use or dirty. Dirty is a file with written
 * bytes that were not forced: the device's failure to take them is reported to the open file only.
 * Thread-safe.
 *
 * <p>States: idle (closed) → open ⇄ in use → retired. Once retired it is not given out any more. Who has it
 * keeps it; when the last of them has given it back it is closed, and the action of {@link #whenUnused} runs.
 */
public final class PooledFile {
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
     * @param suffix how the name goes on, one of {@link FileNames}
     */
    public PooledFile(PartitionDirectory directory, long offset, String suffix) {
        this.directory = directory;
        this.offset = offset;
        this.suffix = suffix;
    }

    /** @return where the file is found, unless it was retired */
    public Path path() {
        return directory.file(offset, suffix);
    }

    /**
     * @return the open file, to be given back by {@link #release}
     * @throws IOException if it cannot be opened
     * @throws RetiredException if the file is not given out any more
     */
    public UninterruptibleFile acquire() throws IOException {
        try {
            return acquireOnce();
        } catch (IOException e) {
            if (!DescriptorLimit.areUsedUp(e)) {
                throw e;
            }
            directory.openFiles().closeIdle();
            return acquireOnce();
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

    /** Opens it under the name it has: one that was taken away may be another file's by now. */
    private synchronized FileChannel open() throws IOException {
        if (retired && movedTo == null) {
            throw new NoSuchFileException(path().toString(), null, "it was taken away while it was in use");
        }
        Path name = movedTo == null ? path() : movedTo;
        return FileChannel.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** A move to another name. */
    @FunctionalInterface
    public interface Move {
        void to(Path name) throws IOException;
    }

    /** Gives the file another name, under which those who have it find it. */
    public synchronized void move(Path name, Move move) throws IOException {
        move.to(name);
        movedTo = name;
    }

    /** Gives back what {@link #acquire} has returned; once for each call of that. */
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
     * Bytes are about to be written, or were: call before and after, so that a force between does not count
     * for them.
     */
    public synchronized void markDirty() {
        dirtied++;
    }

    /** @return a mark to hand to {@link #markClean} after a force that starts now */
    public synchronized long mark() {
        return dirtied;
    }

    /** A force that started at {@code mark} has succeeded. */
    public synchronized void markClean(long mark) {
        cleaned = Math.max(cleaned, mark);
    }

    /** @return true if bytes may have been written that no force has made durable */
    public synchronized boolean isDirty() {
        return dirtied != cleaned;
    }

    /**
     * Gives the file out no more.
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
     * Takes the file's name away; one that is gone is fine.
     *
     * @throws RetiredException if the name may be another's by now
     */
    public synchronized void delete() throws IOException {
        if (retired) {
            throw RetiredException.INSTANCE;
        }
        Files.deleteIfExists(path());
    }

    /**
     * @throws RetiredException if the file may have another owner by now, who may have changed it under a
     *     reader
     */
    public synchronized void requireOwned() {
        if (retired) {
            throw RetiredException.INSTANCE;
        }
    }

    /**
     * What to do after the file was retired.
     *
     * @param unused runs once the file is not in use: now, or on the thread that gives it back last
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

    /** @return true if the file is closed now, or was; false if it must stay open a while */
    synchronized boolean evict() {
        if (open != null && (users > 0 || recentlyUsed || dirtied != cleaned)) {
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
                // Nothing is lost by it: what was written has been forced, or is given up.
                org.slf4j.LoggerFactory.getLogger(PooledFile.class).debug("Closing {} failed", path(), e);
            }
            open = null;
        }
    }
}
