// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the log files of trimmed segments after a delay ({@code file.delete.delay.ms}). Until then they
 * have names that end with {@code .deleted}, and an operator can restore them by hand. The next start deletes
 * the files that are left. A write that finds no space deletes all of them at once. Thread-safe.
 */
final class DelayedDeletion {
    private static final Logger LOG = LoggerFactory.getLogger(DelayedDeletion.class);

    private record KeptFile(Path file, long untilMs) {}

    private final Clock clock;
    private final Scheduler scheduler;
    private final PriorityQueue<KeptFile> kept = new PriorityQueue<>(Comparator.comparingLong(KeptFile::untilMs));

    DelayedDeletion(Clock clock, Scheduler scheduler) {
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /**
     * Deletes a file.
     *
     * @param delayMs ms until then; 0 to delete it at once
     */
    void delete(Path file, long delayMs) {
        if (delayMs <= 0) {
            unlink(file);
            return;
        }
        synchronized (kept) {
            kept.add(new KeptFile(file, clock.millis() + delayMs));
        }
        scheduler.schedule(delayMs, () -> deleteUntil(clock.millis()));
    }

    /**
     * Deletes every file at once.
     *
     * @return true if there was a file to delete
     */
    boolean deleteAll() {
        return deleteUntil(Long.MAX_VALUE);
    }

    private boolean deleteUntil(long ms) {
        List<Path> due = new ArrayList<>();
        synchronized (kept) {
            while (!kept.isEmpty() && kept.peek().untilMs() <= ms) {
                due.add(kept.poll().file());
            }
        }
        due.forEach(DelayedDeletion::unlink);
        return !due.isEmpty();
    }

    private static void unlink(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}; the next start tries again", file, e.getMessage());
        }
    }
}
