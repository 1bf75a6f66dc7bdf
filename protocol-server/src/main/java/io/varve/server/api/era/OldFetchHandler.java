// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.api.WorkQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Serves fetches of old versions: their clients get records as messages of magic 0 or 1, which are converted
 * on a few threads of their own. A fetch has at most {@link OldFetch#MAX_BYTES} of messages in memory, and
 * few fetches are converted at a time.
 */
final class OldFetchHandler extends OldVersions {
    private static final int FETCHES_AT_A_TIME = 8;
    private static final int THREADS = 2;

    private final ApiHandler reads;
    private final Clock clock;
    private final WorkQueue conversions;
    private final Turns turns = new Turns(FETCHES_AT_A_TIME);
    private final AtomicInteger rotation = new AtomicInteger();

    /**
     * @param today serves the versions of today
     * @param reads does so whatever the quotas
     * @param scheduler gives threads
     * @param clock measures how long a fetch has waited
     */
    OldFetchHandler(ApiHandler today, ApiHandler reads, Scheduler scheduler, Clock clock) {
        super(today);
        this.reads = reads;
        this.clock = clock;
        conversions = new WorkQueue(scheduler, "down-conversion", THREADS);
    }

    @Override
    CompletionStage<? extends ApiMessage> handleOld(Request request, OldRequest old) {
        return new OldFetch(request, old, this).answer();
    }

    /** @return reads what is stored */
    ApiHandler reads() {
        return reads;
    }

    /** @return ms since the epoch */
    long now() {
        return clock.millis();
    }

    /** @return converts */
    WorkQueue conversions() {
        return conversions;
    }

    /**
     * @param partitions number of partitions that have something, at least 1
     * @return index of the one to begin with: the next one each time
     */
    int nextRotation(int partitions) {
        return Math.floorMod(rotation.getAndIncrement(), partitions);
    }

    /** @return whose turn it is to read and convert */
    Turns turns() {
        return turns;
    }
}
