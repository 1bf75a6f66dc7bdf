// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.file.disk.Disk;
import io.varve.file.disk.UninterruptibleFile;
import io.varve.file.ring.FrameBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/** Keeps the logs open that a replay writes to, a bounded number of them, and their times of modification. */
final class ReplayedLogs implements AutoCloseable {
    private static final int MAX_OPEN = 64;

    private final Map<Path, OpenLog> open = new HashMap<>();
    private final ByteBuffer read = ByteBuffer.allocateDirect(FrameBuffer.MAX);

    /** A log that a replay compares and writes to. */
    final class OpenLog {
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

        /**
         * Reads bytes.
         *
         * @param length number of bytes, not more than a frame has
         * @return the bytes, fewer where the log ends before them; valid until the next read of any log
         */
        ByteBuffer read(int position, int length) throws IOException {
            read.clear().limit(length);
            Disk.read(file, read, position);
            return read.flip();
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
