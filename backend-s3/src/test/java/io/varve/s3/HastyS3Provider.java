// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.StorageSetting;
import io.varve.core.spi.support.StorageProperties;
import io.varve.s3.client.BucketSettings;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.S3ObjectStore;
import io.varve.s3.manifest.TierJournal;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Opens the storage with background work, and pauses after failed requests, that come round within a test's
 * time. Does not probe the bucket: sixteen racing writers at each of thousands of openings test one and the
 * same server.
 */
public class HastyS3Provider implements StorageProvider {
    private static final long OFTEN_MS = 20;
    private static final long NOW_AND_THEN_MS = 1_000;
    /** Pauses after requests that failed double up to this. */
    private static final long MAX_PAUSE_MS = 30_000;

    private static final long SHORT_PAUSE_MS = 200;

    private final S3StorageProvider provider = new S3StorageProvider();

    @Override
    public final String name() {
        return provider.name();
    }

    @Override
    public final boolean tiers() {
        return provider.tiers();
    }

    @Override
    public final List<StorageSetting> settings() {
        return provider.settings();
    }

    @Override
    public final Storage open(StorageContext context) {
        return openHasty(new StorageContext(
                context.directories(),
                context.properties(),
                context.clock(),
                new Haste(context.scheduler()),
                context.ids(),
                context.failPoints()));
    }

    /** Opens the storage; for specimens with a flaw, which do it otherwise. */
    Storage openHasty(StorageContext context) {
        return open(context, TierJournal::open);
    }

    static Storage open(StorageContext context, JournalSource journals) {
        return StorageOpening.open(context, S3StorageProvider.hotBackends(), HastyS3Provider::bucket, journals);
    }

    private static ObjectStore bucket(StorageContext context, S3Config config) {
        BucketSettings settings = BucketSettings.of(
                        new StorageProperties(BucketSettings.SETTINGS, context.properties()))
                .within(config.storageId());
        return S3ObjectStore.open(settings, context.clock(), context.scheduler(), context.ids());
    }

    private record Haste(Scheduler scheduler) implements Scheduler {
        @Override
        public Task schedule(long delayMs, Runnable task) {
            boolean pause = delayMs <= MAX_PAUSE_MS && delayMs != ObjectStore.GRACE_MS;
            return scheduler.schedule(pause ? Math.min(SHORT_PAUSE_MS, delayMs) : delayMs, task);
        }

        @Override
        public Task scheduleEvery(long periodMs, Runnable task) {
            return scheduler.scheduleEvery(periodMs <= NOW_AND_THEN_MS ? Math.min(OFTEN_MS, periodMs) : periodMs, task);
        }

        @Override
        public Agent agent(String name, AgentStep step) {
            return scheduler.agent(name, step);
        }

        @Override
        public Agent worker(String name, AgentStep step) {
            return scheduler.worker(name, step);
        }

        @Override
        public boolean await(CompletableFuture<?> done, long ms) {
            return scheduler.await(done, ms);
        }

        @Override
        public Thread start(String name, Runnable loop) {
            return scheduler.start(name, loop);
        }

        @Override
        public void close() {
            scheduler.close();
        }
    }
}
