// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.StorageProperties;
import io.varve.s3.client.BucketProbe;
import io.varve.s3.client.BucketSettings;
import io.varve.s3.client.S3ObjectStore;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects to the bucket, and waits for it for a bounded time if it cannot be reached. Stateless. */
final class BucketOpening {
    private static final Logger LOG = LoggerFactory.getLogger(BucketOpening.class);
    private static final long PAUSE_MS = 2_000;

    private BucketOpening() {}

    /**
     * @param context properties, time and threads
     * @param config the tier's settings
     * @return this storage's part of the bucket, which was probed
     * @throws StorageException MISUSE if the bucket cannot be used; RETRY if it cannot be reached in time
     */
    static S3ObjectStore open(StorageContext context, S3Config config) {
        BucketSettings settings = BucketSettings.of(
                        new StorageProperties(BucketSettings.SETTINGS, context.properties()))
                .within(config.storageId());
        S3ObjectStore store = S3ObjectStore.open(settings, context.clock(), context.scheduler(), context.ids());
        try {
            retried(context, config.startTimeoutMs(), () -> {
                BucketProbe.run(store, context.scheduler(), context.ids());
                return store;
            });
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /**
     * Repeats what fails with RETRY until it works, or a time has passed.
     *
     * @throws StorageException the last failure
     */
    static <T> T retried(StorageContext context, long timeoutMs, Supplier<T> step) {
        long begun = context.clock().nanos();
        while (true) {
            try {
                return step.get();
            } catch (StorageException e) {
                e.rethrowUnless(StorageException.Kind.RETRY);
                long waitedMs = (context.clock().nanos() - begun) / 1_000_000;
                if (waitedMs >= timeoutMs) {
                    throw e;
                }
                LOG.warn(
                        "waits for the bucket for {} s, at most {} s (s3.start.timeout.ms): {}",
                        waitedMs / 1000,
                        timeoutMs / 1000,
                        e.getMessage());
                pause(context, Math.min(PAUSE_MS, timeoutMs - waitedMs));
            }
        }
    }

    private static void pause(StorageContext context, long ms) {
        context.scheduler().await(new CompletableFuture<>(), ms);
    }
}
