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

/** What is behind the network: the log, and what the cluster is. Opened by replay, closed in reverse. */
record Rooms(LogEngine engine, ClusterMetadata metadata) implements AutoCloseable {
    /** Opens the storage, recovers what a crash left, and replays the metadata. */
    static Rooms open(ServerConfig config, StorageProvider backend, Clock clock, Scheduler scheduler, Ids ids) {
        StorageSettings storage = config.storage();
        StorageContext context =
                new StorageContext(storage.directories(), storage.properties(), clock, scheduler, new FailPoints());
        LogEngine engine = LogEngine.open(backend, context, config.engine());
        try {
            return new Rooms(engine, ClusterMetadata.open(engine, config.metadata(), clock, scheduler, ids));
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
