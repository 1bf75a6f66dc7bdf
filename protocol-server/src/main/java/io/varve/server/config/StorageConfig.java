// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import java.nio.file.Files;
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
    /** Name of a file that every Kafka log directory contains, and no directory of Varve. */
    private static final String KAFKA_MARKER_FILE = "meta.properties";

    /** Copies the collections. */
    public StorageConfig {
        directories = List.copyOf(directories);
        properties = Map.copyOf(properties);
    }

    /**
     * Refuses Kafka's own directories, which must not be modified: a storage writes to its directories as
     * soon as it is opened.
     *
     * @param directory one of {@code log.dirs}
     * @throws ConfigError if it is a Kafka's
     */
    public static void requireNotKafkas(Path directory) {
        if (Files.exists(directory.resolve(KAFKA_MARKER_FILE))) {
            throw new ConfigError(directory + " (log.dirs) is a Kafka's: name another directory, and import with"
                    + " bin/varve-import.sh --from " + directory);
        }
    }
}
