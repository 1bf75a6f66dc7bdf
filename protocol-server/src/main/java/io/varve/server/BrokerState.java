// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.engine.LogEngine;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Metrics;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.server.config.ServerConfig;
import io.varve.server.config.StorageBackends;
import io.varve.server.config.StorageConfig;
import io.varve.server.metadata.ClusterMetadata;
import java.util.concurrent.TimeUnit;

/**
 * Opens the engine and the metadata, both by replay, and closes them in reverse order.
 *
 * @param engine the log engine
 * @param metadata topics, settings, producer ids
 * @param failPoints the places at which a test may halt the process
 * @param recoveryMs how long opening engine and metadata took, in ms
 */
record BrokerState(LogEngine engine, ClusterMetadata metadata, FailPoints failPoints, long recoveryMs)
        implements AutoCloseable {
    /** Opens the storage, recovers it after a crash, and replays the metadata. */
    static BrokerState open(ServerConfig config, StorageProvider backend, ServerTime time, Ids ids, Metrics metrics) {
        Clock clock = time.clock();
        StorageConfig storage = config.storage();
        StorageBackends.requireOwn(storage.directories(), backend);
        FailPoints failPoints = HaltAtFailPoint.armed(System.getProperties());
        StorageContext context = new StorageContext(
                storage.directories(),
                storage.properties(),
                clock,
                time.scheduler(),
                Ids.random(),
                failPoints,
                metrics);
        long begun = clock.nanos();
        LogEngine engine = LogEngine.open(backend, context, config.engine());
        try {
            ClusterMetadata metadata =
                    ClusterMetadata.open(engine, config.metadata(), clock, time.scheduler(), ids, time::restore);
            return new BrokerState(engine, metadata, failPoints, TimeUnit.NANOSECONDS.toMillis(clock.nanos() - begun));
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    @Override
    public void close() {
        metadata.close();
        engine.close();
    }
}
