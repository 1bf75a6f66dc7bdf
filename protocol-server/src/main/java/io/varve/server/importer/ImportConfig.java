// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The choice of what is imported.
 *
 * @param from the log directories of one stopped Kafka, at least one
 * @param exclude names of topics to leave out
 * @param abortUndecided true to let transactions without an end count as aborted, false to refuse them
 */
public record ImportConfig(List<Path> from, Set<String> exclude, boolean abortUndecided) {
    /** Copies the collections. */
    public ImportConfig {
        from = List.copyOf(from);
        exclude = Set.copyOf(exclude);
    }
}
