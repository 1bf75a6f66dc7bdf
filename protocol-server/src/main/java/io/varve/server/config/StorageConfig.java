// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The storage backend and its directories.
 *
 * @param backend {@code storage.backend}: the name of a {@link io.varve.core.spi.StorageProvider}
 * @param directories {@code log.dirs}, absolute, at least one
 * @param properties all properties of the user, from which the backend reads its own keys
 */
public record StorageConfig(String backend, List<Path> directories, Map<String, String> properties) {
    /** Copies the collections. */
    public StorageConfig {
        directories = List.copyOf(directories);
        properties = Map.copyOf(properties);
    }
}
