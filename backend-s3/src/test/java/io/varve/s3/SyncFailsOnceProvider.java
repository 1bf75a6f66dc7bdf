// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.SyncFailures;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Opens a hot storage in memory whose syncs fail when a test says so. */
final class SyncFailsOnceProvider implements StorageProvider {
    /** Number of syncs to come that fail. */
    final AtomicInteger failures = new AtomicInteger();

    @Override
    public String name() {
        return "sync-fails";
    }

    @Override
    public Storage open(StorageContext context) {
        MemoryStorage memory = new MemoryStorage();
        return (Storage) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("sync") && failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        return failure((PartitionStore)
                                ((Collection<?>) arguments[0]).iterator().next());
                    }
                    try {
                        return method.invoke(memory, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static SyncFailures failure(PartitionStore store) {
        return new SyncFailures(Map.of(
                store.id(), new StorageException(StorageException.Kind.RETRY, store.id() + ": injected on purpose")));
    }
}
