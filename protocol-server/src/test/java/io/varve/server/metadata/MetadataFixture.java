// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.core.compaction.CompactionConfig;
import io.varve.core.engine.EngineConfig;
import io.varve.core.engine.LogEngine;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.ProvidedStorage;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** Runs a node's metadata on a real engine over memory; stops, crashes and restarts it. */
public final class MetadataFixture implements AutoCloseable {
    private static final long TIMEOUT_S = 120;

    public final Ids ids;
    private final Scheduler scheduler = new SystemScheduler(1);
    private final UnaryOperator<Storage> wrap;
    public MemoryStorage storage = new MemoryStorage();
    public LogEngine engine;
    public ClusterMetadata metadata;

    public MetadataFixture(long seed) {
        this(seed, UnaryOperator.identity());
    }

    /** @param wrap stands between the engine and the storage at every start */
    public MetadataFixture(long seed, UnaryOperator<Storage> wrap) {
        this.ids = Ids.seeded(seed);
        this.wrap = wrap;
    }

    public ClusterMetadata start(MetadataConfig config) {
        startEngine();
        metadata = ClusterMetadata.open(engine, config, Clock.system(), scheduler, ids, aheadMs -> {});
        return metadata;
    }

    public ClusterMetadata start() {
        return start(MetadataConfig.defaults(1));
    }

    public void startEngine() {
        StorageContext context = new StorageContext(
                List.of(Path.of("unused")), Map.of(), Clock.system(), scheduler, Ids.random(), new FailPoints());
        EngineConfig base = EngineConfig.DEFAULT;
        EngineConfig config = new EngineConfig(
                base.durability(),
                base.flushIntervalMs(),
                base.flushIntervalMessages(),
                base.producerIdExpirationMs(),
                base.retention(),
                CompactionConfig.BY_HAND);
        engine = LogEngine.open(new ProvidedStorage(wrap.apply(storage)), context, config);
    }

    public ClusterMetadata restart() {
        return restart(MetadataConfig.defaults(1));
    }

    public ClusterMetadata restart(MetadataConfig config) {
        stop();
        return start(config);
    }

    public void stop() {
        if (metadata != null) {
            metadata.close();
            metadata = null;
        }
        engine.close();
        storage = storage.reopen();
    }

    /** Cuts the power; the next start finds what was synced. */
    public void crash() {
        MemoryStorage left = storage.crash();
        if (metadata != null) {
            metadata.close();
            metadata = null;
        }
        engine.close();
        storage = left;
    }

    public static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("no answer within " + TIMEOUT_S + " s", e);
        }
    }

    @Override
    public void close() {
        if (metadata != null) {
            metadata.close();
        }
        engine.close();
        scheduler.close();
    }
}
