// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import io.varve.core.runtime.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the number of idle open files. Beyond the bound it closes files that are not in use: indexes before
 * logs, for an append seldom needs its indexes. A file that is in use, or written and not forced, stays open
 * whatever the bound. Thread-safe.
 *
 * <p>An open beyond the bound looks at a few files only, whatever the number of open ones, and prefers those
 * that were not used since the last look. Where none can be closed, the next opens look at others. It does
 * not go by age: where appends go round slightly more partitions than fit, the oldest file is always the next
 * one needed, and each append would open one.
 */
public final class OpenFiles {
    private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);
    private static final long WARNING_INTERVAL_MS = 10_000;
    /** Files of one kind that an open beyond the bound looks at; half of these stay if they are in demand. */
    private static final int LOOKS = 4;
    /** How often an open is tried that finds no descriptor. */
    private static final int MAX_TRIES = 4;

    private final int max;
    private final Clock clock;
    private long lastWarnedMs = Long.MIN_VALUE;
    /** Spreads the looks over the files, and is the same in every run. */
    private static final long STRIDE = 0x9E3779B97F4A7C15L;

    /** Open indexes in any order. Guarded by this, as are the fields below. */
    private final List<PooledFile> indexes = new ArrayList<>();

    private final List<PooledFile> logs = new ArrayList<>();
    private long looks;

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
        closeSome(indexes);
        closeSome(logs);
        add(file);
    }

    private synchronized void add(PooledFile file) {
        (file.isLog() ? logs : indexes).add(file);
    }

    private void closeSome(List<PooledFile> kind) {
        for (int i = 0; i < LOOKS; i++) {
            PooledFile some = takeIfFull(kind);
            if (some == null) {
                return;
            }
            if (!some.evict(i >= LOOKS / 2)) { // without this lock: it closes the file
                add(some);
            }
        }
    }

    /** @return a file to look at, or null if none need be closed */
    private synchronized PooledFile takeIfFull(List<PooledFile> kind) {
        if (kind.isEmpty() || indexes.size() + logs.size() < max) {
            return null;
        }
        int at = (int) ((++looks * STRIDE >>> Integer.SIZE) % kind.size());
        PooledFile taken = kind.get(at);
        PooledFile last = kind.remove(kind.size() - 1);
        if (at < kind.size()) {
            kind.set(at, last);
        }
        return taken;
    }

    /**
     * Closes idle files where an open has found no descriptor, for the caller to try again. Other threads may
     * take what is closed, so one more try may not be enough. Call without any file's monitor.
     *
     * @param failure why it failed
     * @param tries how often it was tried
     * @throws IOException the failure, if it has another cause or was tried often enough
     */
    void closeIdleAfter(IOException failure, int tries) throws IOException {
        if (tries >= MAX_TRIES || failure instanceof ForceFailedException || !DescriptorLimit.areUsedUp(failure)) {
            throw failure;
        }
        closeIdle();
    }

    /**
     * Closes every file that can be closed, when there are no descriptors left. A file that waits to be
     * forced stays open until the next sync.
     */
    private synchronized void closeIdle() {
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
