// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is opened when needed and kept open while it is in use, or while it holds written bytes that were not forced (so that
 * the device's complaint about them reaches us). Thread-safe.
 *
 * <p>States: idle (closed) → open ⇄ in use → retired. Once retired nobody gets it any more; whoever has it keeps it, and when the
 * last one has given it back it is closed and the successor action runs.
 */
final class PooledFile {
    private final FilePartition partition;
    private final long offset;
    private final String suffix;

    private FileChannel channel;
    private int users;
    private boolean listed;
    private boolean touched;
    private long dirtied;
    private long cleaned;
    private boolean retired;
    private Runnable whenUnused;

    PooledFile(FilePartition partition, long offset, String suffix) {
        this.partition = partition;
        this.offset = offset;
        this.suffix = suffix;
    }

    Path path() {
        return partition.directory().resolve(Layout.name(offset, suffix));
    }

    /**
     * @return the open channel, to be given back by {@link #release}
     * @throws IOException if it cannot be opened
     * @throws RetiredException if nobody may have the file any more
     */
    FileChannel acquire() throws IOException {
        boolean list;
        FileChannel opened;
        synchronized (this) {
            if (retired) {
                throw RetiredException.INSTANCE;
            }
            if (channel == null || !channel.isOpen()) { // an interrupted thread closes a channel under everybody
                channel = FileChannel.open(path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
            }
            users++;
            touched = true;
            list = !listed;
            listed = true;
            opened = channel;
        }
        if (list) {
            partition.openFiles().opened(this);
        }
        return opened;
    }

    void release() {
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

    /** Bytes are about to be written, or were: call before and after, so that a force between does not count for them. */
    synchronized void dirty() {
        dirtied++;
    }

    /** @return a mark to hand to {@link #clean} after a force that starts now */
    synchronized long mark() {
        return dirtied;
    }

    /** A force that started at {@code mark} has succeeded. */
    synchronized void clean(long mark) {
        cleaned = Math.max(cleaned, mark);
    }

    synchronized boolean isDirty() {
        return dirtied != cleaned;
    }

    /**
     * Lets nobody have the file any more.
     *
     * @return true if nobody has it now
     */
    synchronized boolean retire() {
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
    synchronized void delete() throws IOException {
        if (retired) {
            throw RetiredException.INSTANCE;
        }
        Files.deleteIfExists(path());
    }

    /** @throws RetiredException if the file may have another owner by now, who may have changed it under a reader */
    synchronized void requireOwned() {
        if (retired) {
            throw RetiredException.INSTANCE;
        }
    }

    /**
     * What to do after the file was retired.
     *
     * @param unused runs once nobody has the file: now, or on the thread that gives it back last
     */
    void whenUnused(Runnable unused) {
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
        if (channel != null && (users > 0 || touched || dirtied != cleaned)) {
            touched = false;
            return false;
        }
        closeQuietly();
        listed = false;
        return true;
    }

    /** Closes the file unless somebody uses it or it waits to be forced. */
    synchronized void closeIfIdle() {
        if (users == 0 && dirtied == cleaned) {
            closeQuietly();
        }
    }

    private void closeQuietly() {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // Nothing of ours is in the channel: whatever was written to it has been forced or is lost by decision.
                org.slf4j.LoggerFactory.getLogger(PooledFile.class).debug("Closing {} failed", path(), e);
            }
            channel = null;
        }
    }
}
