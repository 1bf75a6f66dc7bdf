// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.determinism.DeterminismContract;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.engine.Durability;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.memory.ReadableAt;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend that takes what it keeps from the machine is found. */
public final class DeterminismMutantTest {
    @TempDir
    private Path directory;

    /** Tells when batches were appended by the machine's clock. */
    public static final class MachinesClockProvider implements StorageProvider {
        private MemoryStorage storage;

        /** Stores nothing yet. */
        public MachinesClockProvider() {}

        @Override
        public String name() {
            return "memory";
        }

        @Override
        public Storage open(StorageContext context) {
            storage = storage == null ? new MemoryStorage(ReadableAt.AT_APPEND, Clock.system()) : storage.crash();
            return storage;
        }
    }

    @Test
    void theMachinesClockIsFound() {
        DeterminismContract contract = new DeterminismContract(
                TestedBackend.of(new MachinesClockProvider()), file -> true, root -> List.of(), directory);
        assertThatThrownBy(() -> contract.twoRunsAreEqual(Durability.SYNC, 1))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("lastAppendMs");
    }
}
