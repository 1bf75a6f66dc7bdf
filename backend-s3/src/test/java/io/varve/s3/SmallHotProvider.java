// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Opens a hot storage in memory that is full at a number of bytes. */
final class SmallHotProvider implements StorageProvider {
    static final String NAME = "small";

    private final long maxBytes;
    /** The real handles, by those that are handed out. */
    private final Map<PartitionStore, PartitionStore> handles = new ConcurrentHashMap<>();

    SmallHotProvider(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Storage open(StorageContext context) {
        MemoryStorage memory = new MemoryStorage();
        return (Storage) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Storage.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "open" ->
                        bounded(memory.open(
                                (PartitionId) arguments[0], (Long) arguments[1], (PartitionSettings) arguments[2]));
                    case "sync" ->
                        memory.sync(((Collection<?>) arguments[0])
                                .stream().map(handles::get).toList());
                    default -> call(memory, method, arguments);
                });
    }

    private PartitionStore bounded(PartitionStore real) {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == arguments[0];
            case "append" -> {
                if (usedBytes() >= maxBytes) {
                    throw new StorageException(StorageException.Kind.FULL, "no space for " + real.id());
                }
                yield call(real, method, arguments);
            }
            default -> call(real, method, arguments);
        };
        PartitionStore handedOut = (PartitionStore)
                Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {PartitionStore.class}, handler);
        handles.put(handedOut, real);
        return handedOut;
    }

    private long usedBytes() {
        return handles.values().stream()
                .map(PartitionStore::segments)
                .flatMap(List::stream)
                .mapToLong(Segment::bytes)
                .sum();
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
