// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.core.spi.StorageProvider;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/** Finds the backends on the class path, by the names {@code storage.backend} has for them. Stateless. */
public final class StorageBackends {
    private StorageBackends() {}

    /**
     * Finds the backend of a name.
     *
     * @throws ConfigError if there is none, naming those that are there
     */
    public static StorageProvider named(String name) {
        TreeMap<String, StorageProvider> backends = byName();
        StorageProvider chosen = backends.get(name);
        if (chosen == null) {
            throw new ConfigError("storage.backend=" + name + " is wrong: must be one of "
                    + String.join(", ", backends.keySet()) + " (the backends on the class path)");
        }
        return chosen;
    }

    /** The names of all; a backend's own keys begin with its name and a dot. */
    static Set<String> names() {
        return byName().keySet();
    }

    private static TreeMap<String, StorageProvider> byName() {
        TreeMap<String, StorageProvider> backends = new TreeMap<>();
        ServiceLoader.load(StorageProvider.class).forEach(provider -> backends.put(provider.name(), provider));
        return backends;
    }
}
