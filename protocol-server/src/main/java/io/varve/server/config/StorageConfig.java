// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Says which backend keeps the data, and where.
 *
 * @param backend {@code storage.backend}: the name of a {@link io.varve.core.spi.StorageProvider}
 * @param directories {@code log.dirs}, absolute, at least one
 * @param properties everything the user set, for the backend to pick its own keys from
 */
public record StorageConfig(String backend, List<Path> directories, Map<String, String> properties) {
    /** Copies the collections. */
    public StorageConfig {
        directories = List.copyOf(directories);
        properties = Map.copyOf(properties);
    }
}
