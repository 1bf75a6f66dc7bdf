// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import io.varve.conformance.determinism.DeterminismContract;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.engine.Durability;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks that an engine on a backend does the same in every run in virtual time: events, offsets, high
 * watermarks, segments, explanations of retention, the order of steps, and the bytes of files. A test extends
 * it and implements {@link #subject()}.
 */
public abstract class DeterminismConformance {
    private static final long SEED = 1;

    @TempDir
    private Path directory;

    /** For subclasses. */
    protected DeterminismConformance() {}

    /**
     * @return the backend. A new instance of its provider stores nothing yet, but what lies in the
     *     directories; opening the instance again goes on with what it has stored
     */
    protected abstract TestedBackend subject();

    /**
     * @param file path of a file below a data directory's parent
     * @return false if the format does not let its bytes be equal
     */
    protected boolean isCompared(String file) {
        return true;
    }

    /**
     * Tells what a run has stored beside its directories, as objects in a bucket: it is compared too.
     *
     * @param root the run's own directory, which its data directories are below
     * @return a line for each thing; none by default
     */
    protected List<String> storedBeside(Path root) {
        return List.of();
    }

    private DeterminismContract contract() {
        return new DeterminismContract(subject(), this::isCompared, this::storedBeside, directory);
    }

    /** Two runs in one process are equal. */
    @Test
    final void twoRunsAreEqual() throws Exception {
        contract().twoRunsAreEqual(Durability.SYNC, Long.getLong("varve.determinism.seed", SEED));
    }

    /** A run in another process is equal too: no order is salted. */
    @Test
    final void anotherProcessDoesTheSame() throws Exception {
        contract().anotherProcessDoesTheSame(Durability.ASYNC, Long.getLong("varve.determinism.seed", SEED));
    }
}
