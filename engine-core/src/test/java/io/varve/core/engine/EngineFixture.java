// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.log.GatedStorage;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.memory.ReadableAt;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Runs an engine in memory whose clock and syncs a test drives by hand. */
final class EngineFixture implements AutoCloseable {
    static final PartitionId ID = new PartitionId("orders", new UUID(1, 2), 0);

    final VirtualTime time = new VirtualTime(1_000_000);
    final SystemScheduler scheduler = new SystemScheduler(1);
    final GatedStorage storage;
    final LogEngine engine;

    /** @param syncs number of syncs that pass before the test allows more */
    EngineFixture(EngineConfig config, int syncs) {
        this(config, syncs, ReadableAt.AT_APPEND);
    }

    /** @param readable when the storage makes appends readable */
    EngineFixture(EngineConfig config, int syncs, ReadableAt readable) {
        GatedStorage[] gated = new GatedStorage[1];
        StorageProvider provider = new StorageProvider() {
            @Override
            public String name() {
                return "gated";
            }

            @Override
            public Storage open(StorageContext context) {
                gated[0] = new GatedStorage(new MemoryStorage(readable));
                return gated[0];
            }
        };
        engine = LogEngine.open(
                provider,
                new StorageContext(
                        List.of(Path.of("unused")), Map.of(), time, scheduler, Ids.random(), new FailPoints()),
                config);
        storage = gated[0];
        storage.allow(syncs);
    }

    PartitionLog log() {
        return engine.open(ID, 0, PartitionConfig.DEFAULT);
    }

    @Override
    public void close() {
        storage.allow(1_000_000);
        engine.close();
        scheduler.close();
    }
}
