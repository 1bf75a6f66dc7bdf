// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import io.varve.core.log.GatedStorage;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.ProvidedStorage;
import io.varve.core.spi.StorageContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Opens event stores one after another on one memory. A test holds up syncs, and cuts the power. */
final class RestartedStore implements AutoCloseable {
    private static final int ALL = 1_000_000;

    GatedStorage gate;
    private MemoryStorage memory = new MemoryStorage();
    private EventStore store;

    /** Opens a store whose syncs pass. */
    EventStore open() {
        return open(ALL);
    }

    private EventStore open(int syncs) {
        gate = new GatedStorage(memory);
        gate.allow(syncs);
        store = EventStore.open(
                new ProvidedStorage(gate),
                new StorageContext(
                        List.of(Path.of("unused")),
                        Map.of(),
                        Clock.system(),
                        new SystemScheduler(2),
                        Ids.random(),
                        new FailPoints()));
        return store;
    }

    EventStore reopen() {
        return reopen(ALL);
    }

    EventStore reopen(int syncs) {
        close();
        memory = memory.reopen();
        return open(syncs);
    }

    /** Opens what a power cut leaves; the store before is closed afterwards. */
    EventStore crash() {
        MemoryStorage left = memory.afterCrash();
        close();
        memory = left;
        return open();
    }

    @Override
    public void close() {
        gate.allow(ALL);
        store.close();
    }
}
