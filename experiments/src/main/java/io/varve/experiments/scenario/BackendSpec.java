// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.Map;
import java.util.Optional;

/**
 * Names the storage of a run.
 *
 * @param kind which
 * @param hot the storage in front of {@link Kind#S3}; empty for the others
 * @param settings its settings as in {@code server.properties}, sizes and times in the settings' own units
 */
public record BackendSpec(Kind kind, Optional<Kind> hot, Map<String, String> settings) {
    /** Names a storage. */
    public enum Kind {
        /** Headers of batches only; bodies are made again on reading. */
        HEADERS,
        /** The heap. */
        MEMORY,
        /** Segment files. */
        FILE,
        /** LMDB. */
        LMDB,
        /** A bucket behind one of the others. */
        S3
    }

    /** Copies the settings. */
    public BackendSpec {
        settings = Ordered.copy(settings);
    }
}
