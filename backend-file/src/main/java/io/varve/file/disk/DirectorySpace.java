// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import io.varve.core.directory.DiskReserve;
import io.varve.core.directory.DiskReserveConfig;
import io.varve.core.directory.FullDiskLog;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes space in a data directory whose file system is full: deletes dropped files, and releases the reserve.
 * Thread-safe.
 */
public final class DirectorySpace {
    /** Where space can come from. */
    public enum SpaceSource {
        /** The reserve, which holds space for the writes that free more than they take. */
        RESERVE,
        /** Files of deleted segments, kept only so that an operator can restore them by hand. */
        DROPPED_FILES
    }

    private static final List<SpaceSource> FOR_APPENDS = List.of(SpaceSource.DROPPED_FILES);
    private static final List<SpaceSource> FOR_RESERVED_APPENDS =
            List.of(SpaceSource.RESERVE, SpaceSource.DROPPED_FILES);

    private final DiskReserveConfig config;
    private final DiskReserve reserve;
    private final DelayedDeletion dropped;
    private final FullDiskLog log;

    /**
     * @param directory the data directory
     * @param config how large the reserve is, and which partitions may use it
     * @param clock times delayed deletions and log lines
     * @param scheduler runs delayed deletions
     */
    public DirectorySpace(Path directory, DiskReserveConfig config, Clock clock, Scheduler scheduler) {
        this.config = config;
        this.reserve = new DiskReserve(directory, config.bytes());
        this.dropped = new DelayedDeletion(clock, scheduler);
        this.log = new FullDiskLog(directory, clock);
    }

    /** A write that fails when there is no space for its bytes. */
    @FunctionalInterface
    public interface Write {
        /** Writes; may be called again after it failed. */
        void run() throws IOException;
    }

    /** A write that returns what it has created. */
    @FunctionalInterface
    public interface Creation<T> {
        /** Creates it; may be called again after it failed. */
        T run() throws IOException;
    }

    /** As {@link #withReserve(Creation)}, for a write that creates nothing to return. */
    public void withReserve(Write write) throws IOException {
        withReserve(() -> {
            write.run();
            return null;
        });
    }

    /**
     * Runs a write that frees space, or that a start needs. Where the write finds no space, this deletes the
     * dropped files, releases the reserve, and runs it once more.
     *
     * @return what the write has created
     * @throws IOException the write's failure; a failed force is not tried again
     */
    public <T> T withReserve(Creation<T> write) throws IOException {
        try {
            return write.run();
        } catch (IOException e) {
            if (e instanceof ForceFailedException || !(dropped.deleteAll() | reserve.release())) {
                throw e;
            }
            return write.run();
        }
    }

    /** @return true if appends to the partition may use the reserve, because its records free space */
    public boolean isReservedFor(PartitionId id) {
        return config.isFor(id);
    }

    /**
     * @param reserved whether the append may use the reserve
     * @return the sources of space for an append, in the order in which to try them
     */
    public static List<SpaceSource> sourcesForAppends(boolean reserved) {
        return reserved ? FOR_RESERVED_APPENDS : FOR_APPENDS;
    }

    /**
     * Makes space from one source.
     *
     * @return true if that freed any space
     */
    public boolean makeSpace(SpaceSource source) {
        return source == SpaceSource.RESERVE ? reserve.release() : dropped.deleteAll();
    }

    /**
     * Requires that the reserve is whole. Call before an append that may not use the reserve.
     *
     * @throws StorageException FULL if the reserve is in use, and there is no space to fill it again
     */
    public void requireReserve() {
        reserve.requireReserved();
    }

    /**
     * Logs that the disk is no longer full, if it was. Call after an append that did not need the reserve.
     */
    public void accepted() {
        log.accepted();
    }

    /** Logs that the disk is full. Call after an append that found no space. */
    public void refused(String why) {
        log.refused(why);
    }

    /** Releases the reserve, if the file system is full. */
    public void releaseReserve() {
        reserve.release();
    }

    /** Fills the reserve again, if it is in use and there is space for all of it. */
    public void refillReserve() {
        reserve.restore();
    }

    /**
     * Deletes a file that is out of use.
     *
     * @param delayMs how long it is kept unless its space is needed, in ms; 0 to delete it at once
     */
    void drop(Path file, long delayMs) {
        dropped.delete(file, delayMs);
    }
}
