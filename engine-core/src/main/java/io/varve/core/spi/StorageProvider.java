// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import io.varve.core.runtime.Metric;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Opens a backend's {@link Storage}. Found by {@link java.util.ServiceLoader}: name the class in
 * {@code META-INF/services/io.varve.core.spi.StorageProvider} and give it a public constructor without
 * parameters.
 */
public interface StorageProvider {
    /** @return every backend on the class path, by its name */
    static SortedMap<String, StorageProvider> all() {
        SortedMap<String, StorageProvider> backends = new TreeMap<>();
        ServiceLoader.load(StorageProvider.class).forEach(provider -> backends.put(provider.name(), provider));
        return backends;
    }

    /**
     * @return the value of {@code storage.backend} that selects this backend: lower case, no spaces, constant
     */
    String name();

    /**
     * Defines the settings of this backend. The server checks them before it opens the storage, describes
     * them among the broker's settings, and warns of keys that are not defined.
     *
     * @return each setting once, constant; none by default
     */
    default List<StorageSetting> settings() {
        return List.of();
    }

    /** @return what this backend measures: documented by the server; nothing by default */
    default List<Metric> metrics() {
        return List.of();
    }

    /**
     * Tells whether this backend copies sealed segments to a remote tier. Topics of a backend that does are
     * tiered unless they say otherwise; those of any other backend cannot be.
     *
     * @return true if {@link Tiering} has an effect; constant; false by default
     */
    default boolean tiers() {
        return false;
    }

    /**
     * Tells whether this backend has stored something in a directory. The server refuses directories of
     * another backend: it would begin anew in them, beside what is there.
     *
     * @param directory an existing directory; only read
     * @return true if it holds what this backend has written; false by default
     * @throws StorageException RETRY if the directory cannot be read
     */
    default boolean holds(Path directory) {
        return false;
    }

    /**
     * Looks, without opening the storage, at what it needs besides directories, such as another machine.
     * Leaves everything as it was, and waits for what does not answer as long as for one request. Nothing by
     * default.
     *
     * @param context as for {@link #open}; a server may have the storage open
     * @throws StorageException as {@link #open}
     */
    default void examine(StorageContext context) {}

    /**
     * Opens the storage and recovers it from a crash. On return every partition that was synced before exists
     * and is whole, at least up to its last synced offset.
     *
     * <p>A backend records its durable end when the storage is closed, and often enough before. Bad bytes
     * after the recorded end, with no sound batch behind them, are an unfinished write, and are truncated.
     * All other bad bytes are damage: nothing is truncated, the ends stay, and reads of the damaged bytes
     * fail.
     *
     * @param context directories, properties and services
     * @return the open storage; the caller closes it
     * @throws StorageException MISUSE if a property has a wrong value or a directory cannot be used (the
     *     message names the key or the path and what would be right); RETRY if another process has locked the
     *     directory; CORRUPT if the storage cannot be opened without losing synced data
     */
    Storage open(StorageContext context);
}
