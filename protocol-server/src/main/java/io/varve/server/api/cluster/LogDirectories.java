// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.core.log.PartitionLog;
import java.nio.file.Path;
import java.util.List;

/**
 * The data directories as clients see them. Immutable.
 *
 * @param paths {@code log.dirs}, at least one
 */
record LogDirectories(List<Path> paths) {
    /** Copies the list. */
    LogDirectories {
        paths = List.copyOf(paths);
    }

    /** @return the directory of a partition; the first if its storage keeps all partitions together */
    Path of(PartitionLog log) {
        return log.directory().filter(paths::contains).orElse(paths.get(0));
    }
}
