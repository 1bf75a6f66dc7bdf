// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import io.varve.core.runtime.Clock;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the number of idle open files. Beyond the bound it closes files that are not in use: indexes before
 * logs, for an append seldom needs its indexes; and about the least recently used first. A file that is in
 * use, or written and not forced, stays open whatever the bound. Thread-safe.
 *
 * <p>An open beyond the bound looks at a few files only, whatever the number of open ones. Where these cannot
 * be closed, the next opens look at others.
 */
public final class OpenFiles {
    private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);
    private static final long WARNING_INTERVAL_MS = 10_000;
    /** Files of one kind that an open beyond the bound looks at; half of these stay if they are in demand. */
    private static final int LOOKS = 4;

    private final int max;
    private final Clock clock;
    private long lastWarnedMs = Long.MIN_VALUE;
    /** Open indexes, the least recently opened or looked at first. Guarded by this, as are the logs. */
    private final ArrayDeque<PooledFile> indexes = new ArrayDeque<>();

    private final ArrayDeque<PooledFile> logs = new ArrayDeque<>();

    /**
     * @param max idle files to keep open, at least 1
     * @param clock limits how often a lack of descriptors is logged
     */
    public OpenFiles(int max, Clock clock) {
        this.max = max;
        this.clock = clock;
    }

    /** Counts a file that was opened, and closes others beyond the bound. Call without any file's monitor. */
    void opened(PooledFile file) {
        add(file);
        closeSome(indexes);
        closeSome(logs);
    }

    private synchronized void add(PooledFile file) {
        (file.isLog() ? logs : indexes).add(file);
    }

    private void closeSome(ArrayDeque<PooledFile> kind) {
        for (int i = 0; i < LOOKS; i++) {
            PooledFile oldest = takeBeyondBound(kind);
            if (oldest == null) {
                return;
            }
            if (!oldest.evict(i >= LOOKS / 2)) { // without this lock: it closes the file
                add(oldest);
            }
        }
    }

    /** @return a file to look at, or null if none need be closed */
    private synchronized PooledFile takeBeyondBound(ArrayDeque<PooledFile> kind) {
        return indexes.size() + logs.size() > max ? kind.poll() : null;
    }

    /**
     * Closes every file that can be closed, when there are no descriptors left. A file that waits to be
     * forced stays open until the next sync. Call without any file's monitor.
     */
    synchronized void closeIdle() {
        if (lastWarnedMs == Long.MIN_VALUE || clock.millis() - lastWarnedMs >= WARNING_INTERVAL_MS) {
            lastWarnedMs = clock.millis();
            LOG.warn(
                    "This process has as many files open as it may (ulimit -n): what needs another one waits until some"
                            + " are closed; connections count, and partitions written to since the last sync");
        }
        indexes.forEach(PooledFile::closeIfIdle);
        logs.forEach(PooledFile::closeIfIdle);
    }
}
