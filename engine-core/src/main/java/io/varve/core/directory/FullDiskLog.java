// SPDX-License-Identifier: Apache-2.0
package io.varve.core.directory;

import io.varve.core.runtime.Clock;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs when a data directory begins to refuse writes, and when it accepts them again. Repeats neither message
 * more often than every ten seconds. Thread-safe.
 */
public final class FullDiskLog {
    private static final Logger LOG = LoggerFactory.getLogger(FullDiskLog.class);
    private static final long QUIET_MS = 10_000;
    private static final long OVER_MS = 1_000;

    private final Path directory;
    private final Clock clock;
    private volatile boolean refusing;
    private boolean logged;
    private long loggedAt;
    private long refusedAt;

    /** @param clock measures the time between two messages */
    public FullDiskLog(Path directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** Records that a write was refused. */
    public synchronized void refused(String why) {
        long now = clock.millis();
        refusedAt = now;
        refusing = true;
        if (!logged || now - loggedAt >= QUIET_MS) {
            logged = true;
            loggedAt = now;
            LOG.error(
                    "{} takes no more bytes: {}; reads go on, writes do when it takes some again (free bytes: {})",
                    directory,
                    why,
                    directory.toFile().getUsableSpace());
        }
    }

    /** Records that a write succeeded. */
    public void accepted() {
        if (refusing) {
            acceptedAgain();
        }
    }

    private synchronized void acceptedAgain() {
        // A nearly full disk accepts small writes between refused large ones: not every change is logged.
        if (refusing && clock.millis() - refusedAt >= OVER_MS) {
            refusing = false;
            logged = false;
            LOG.info("{} takes bytes again", directory);
        }
    }
}
