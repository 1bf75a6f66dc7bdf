// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SurvivedFailure;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.upload.UpkeepAgent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the bucket every few seconds whether another server has claimed the storage: a server that was paused,
 * and commits nothing, would serve stale records for as long as nothing is written to it. Is an agent of its
 * own, since the answer may take its time.
 */
final class OwnerCheck implements AutoCloseable {
    /** The price of a month is that of about 520,000 GETs. */
    static final long PERIOD_MS = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(OwnerCheck.class);

    private final Manifest manifest;
    private final UpkeepAgent agent;
    private long seen;
    private CompletableFuture<Boolean> question = CompletableFuture.completedFuture(true);

    /** Starts the agent. */
    OwnerCheck(Manifest manifest, Scheduler scheduler) {
        this.manifest = manifest;
        seen = manifest.number();
        agent = UpkeepAgent.local(scheduler, "s3-owner", "the question who owns the storage", this::run)
                .every(PERIOD_MS);
    }

    private void run() {
        long number = manifest.number();
        if (number != seen) {
            seen = number; // this server's own entry was created since the last look: it was the owner
            return;
        }
        if (question.isDone()) {
            question = manifest.askOwner().handle(OwnerCheck::answered);
        }
    }

    private static boolean answered(Boolean own, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof ObjectStoreException) {
            // Uploads tell of an outage. Until it ends, no other server can claim the storage either.
            LOG.debug("Cannot ask who owns the storage: {}", cause.getMessage());
        } else if (cause != null) {
            SurvivedFailure.log(LOG, "the question who owns the storage failed, and is asked again", cause);
        }
        return cause == null;
    }

    @Override
    public void close() {
        agent.close();
    }
}
