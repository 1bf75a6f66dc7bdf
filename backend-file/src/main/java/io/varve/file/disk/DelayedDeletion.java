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
 * Deletes the log files of trimmed segments after a while ({@code file.delete.delay.ms}). Until then an
 * operator can take them back by hand: they have their {@code .deleted} names. The next start deletes what is
 * left, and a write that finds no space deletes all of it. Thread-safe.
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

    /** Deletes a file after so many ms; at once for 0. */
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

    /** @return true if there was one */
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
