// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.engine.LogEngine;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.server.config.ServerConfig;
import io.varve.server.config.StorageSettings;
import io.varve.server.metadata.ClusterMetadata;
import java.util.concurrent.TimeUnit;

/**
 * What is behind the network. Opened by replay, closed in reverse.
 *
 * @param engine the log
 * @param metadata what the cluster is
 * @param recoveryMs how long opening them took, in ms
 */
record Rooms(LogEngine engine, ClusterMetadata metadata, long recoveryMs) implements AutoCloseable {
    /** Opens the storage, recovers what a crash left, and replays the metadata. */
    static Rooms open(ServerConfig config, StorageProvider backend, Clock clock, Scheduler scheduler, Ids ids) {
        StorageSettings storage = config.storage();
        StorageContext context =
                new StorageContext(storage.directories(), storage.properties(), clock, scheduler, new FailPoints());
        long begun = clock.nanos();
        LogEngine engine = LogEngine.open(backend, context, config.engine());
        try {
            ClusterMetadata metadata = ClusterMetadata.open(engine, config.metadata(), clock, scheduler, ids);
            return new Rooms(engine, metadata, TimeUnit.NANOSECONDS.toMillis(clock.nanos() - begun));
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
