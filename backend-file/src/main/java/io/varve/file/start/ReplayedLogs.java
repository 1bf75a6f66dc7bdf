// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.file.disk.Disk;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/** Keeps the logs open that a replay writes to, a bounded number of them, and their times of modification. */
final class ReplayedLogs implements AutoCloseable {
    private static final int MAX_OPEN = 64;

    private final Map<Path, OpenLog> open = new HashMap<>();

    /** A log that a replay compares and writes to. */
    static final class OpenLog {
        private final Path path;
        private final UninterruptibleFile file;
        private long modifiedMs;

        private OpenLog(Path path) throws IOException {
            this.path = path;
            this.modifiedMs = Disk.modifiedMs(path);
            this.file = UninterruptibleFile.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }

        UninterruptibleFile file() {
            return file;
        }

        /** Notes that batches were written which had been appended at a time, in ms since the epoch. */
        void wrote(long appendedMs) {
            modifiedMs = Math.max(modifiedMs, appendedMs);
        }

        /** Closes the log: its time of modification is that of its last append. */
        private void close() throws IOException {
            file.close();
            Disk.setModifiedMs(path, modifiedMs);
        }
    }

    /** @return the log, which exists */
    OpenLog open(Path path) throws IOException {
        OpenLog known = open.get(path);
        if (known == null) {
            if (open.size() >= MAX_OPEN) {
                close();
            }
            known = new OpenLog(path);
            open.put(path, known);
        }
        return known;
    }

    @Override
    public void close() throws IOException {
        for (OpenLog log : open.values()) {
            log.close();
        }
        open.clear();
    }
}
