// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the partitions that are restored from the bucket, and logs how far that is. Thread-safe. */
final class RestoreProgress {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreProgress.class);
    private static final long PERIOD_NS = 5_000_000_000L;

    private final long lost;
    private final Clock clock;
    private long restored;
    private long loggedNs;

    /** @param lost number of partitions that are in the bucket only */
    RestoreProgress(long lost, Clock clock) {
        this.lost = lost;
        this.clock = clock;
        this.loggedNs = clock.nanos();
    }

    /** Counts one more; logs now and then, and at the last one. */
    synchronized void restored() {
        restored++;
        long now = clock.nanos();
        if (restored == lost || now - loggedNs >= PERIOD_NS) {
            loggedNs = now;
            LOG.info("restored {} of {} partitions from the bucket", restored, Math.max(lost, restored));
        }
    }
}
