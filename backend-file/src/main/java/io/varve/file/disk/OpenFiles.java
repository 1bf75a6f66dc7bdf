// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import io.varve.core.runtime.Clock;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the number of idle open files. Beyond the bound it closes files that are not in use, the least
 * recently used first. A file that is in use, or written and not forced, stays open whatever the bound.
 * Thread-safe.
 */
public final class OpenFiles {
    private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);
    private static final long WARNING_INTERVAL_MS = 10_000;

    private final int max;
    private final Clock clock;
    private long lastWarnedMs = Long.MIN_VALUE;
    private final ArrayDeque<PooledFile> open = new ArrayDeque<>();

    /**
     * @param max idle files to keep open, at least 1
     * @param clock limits how often a lack of descriptors is logged
     */
    public OpenFiles(int max, Clock clock) {
        this.max = max;
        this.clock = clock;
    }

    /** Counts a file that was opened, and closes others beyond the bound. Call without any file's monitor. */
    synchronized void opened(PooledFile file) {
        open.add(file);
        for (int attempts = 2 * open.size(); open.size() > max && attempts > 0; attempts--) {
            PooledFile oldest = open.poll();
            if (!oldest.evict()) {
                open.add(oldest);
            }
        }
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
        open.forEach(PooledFile::closeIfIdle);
    }
}
