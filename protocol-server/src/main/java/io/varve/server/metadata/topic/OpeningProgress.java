// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs every few seconds how many partitions are open, while many are opened. Its owner's lock guards it, but
 * for the fields that a line shows.
 */
final class OpeningProgress {
    private static final Logger LOG = LoggerFactory.getLogger(OpeningProgress.class);
    private static final long PERIOD_MS = 3_000;

    private final Clock clock;
    private final Scheduler scheduler;
    private volatile int wanted;
    private volatile int opened;
    private volatile int failed;
    /** Whether a line said that partitions are not open yet, so that another one says that they are. */
    private volatile boolean told;

    private long begunNanos;
    private Scheduler.Task telling;

    OpeningProgress(Clock clock, Scheduler scheduler) {
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /** Counts a partition that is to be opened. */
    void begun() {
        if (wanted++ == 0) {
            begunNanos = clock.nanos();
            telling = scheduler.scheduleEvery(PERIOD_MS, this::tell);
        }
    }

    /** Counts a partition whose opening has ended. */
    void ended(boolean success) {
        if (success) {
            opened++;
        } else {
            failed++;
        }
        endIfAll();
    }

    /** Takes back partitions that are not to be opened any more. */
    void dropped(int number) {
        if (number > 0) {
            wanted -= number;
            endIfAll();
        }
    }

    private void endIfAll() {
        if (opened + failed < wanted) {
            return;
        }
        telling.cancel();
        if (told) {
            LOG.info(
                    "Opened {} of {} partitions in {} ms{}",
                    opened,
                    wanted,
                    TimeUnit.NANOSECONDS.toMillis(clock.nanos() - begunNanos),
                    failed == 0 ? ": all are served" : ", the others are tried again every second");
        }
        told = false;
        wanted = 0;
        opened = 0;
        failed = 0;
    }

    private void tell() {
        int all = wanted;
        if (all > 0) {
            told = true;
            LOG.info(
                    "Opened {} of {} partitions{}; the others answer that they have no leader yet",
                    opened,
                    all,
                    failed == 0 ? "" : ", " + failed + " could not be opened yet");
        }
    }
}
