// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.runtime.FailPoints;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Forgets to force the journal: what is noted can be read at once, and reaches the disk when the system
 * writes it back, a while later. File systems are kinder than that to files that take another's place, by no
 * right.
 */
public final class UnforcedJournal extends JournalFiles {
    private static final long WRITE_BACK_NANOS = 500_000_000;

    /** What the page cache has, by directories: it outlives the storage, and the disk does not have it. */
    private static final Map<List<Path>, JournalState> CACHED = new ConcurrentHashMap<>();

    private final List<Path> directories;

    private UnforcedJournal(List<Path> directories, FailPoints failPoints) {
        super(directories, failPoints);
        this.directories = directories;
    }

    /** Opens such a journal, as {@link TierJournal#open} does. */
    public static LocalJournal open(List<Path> directories, FailPoints failPoints) {
        return TierJournal.of(new UnforcedJournal(directories, failPoints));
    }

    @Override
    JournalState read() {
        JournalState cached = CACHED.get(directories);
        return cached == null ? super.read() : cached.next(cached.version());
    }

    @Override
    void write(JournalState state) {
        JournalState copy = state.next(state.version());
        CACHED.put(directories, copy);
        Thread writeBack = new Thread(() -> writeBack(copy), "write-back");
        writeBack.setDaemon(true);
        writeBack.start();
    }

    private void writeBack(JournalState state) {
        LockSupport.parkNanos(WRITE_BACK_NANOS);
        synchronized (CACHED) {
            if (CACHED.get(directories) == state && directories.stream().allMatch(Files::isDirectory)) {
                super.write(state);
            }
        }
    }
}
