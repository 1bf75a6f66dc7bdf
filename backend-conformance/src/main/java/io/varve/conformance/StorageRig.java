// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import io.varve.core.spi.Storage;
import java.util.Optional;

/** A storage under test that can be restarted. Not thread-safe. */
public interface StorageRig extends AutoCloseable {
    /** @return the storage that is open now; empty at first */
    Storage storage();

    /**
     * Closes the storage properly and opens it again.
     *
     * @return the storage that is open now
     */
    Storage reopen();

    /**
     * Cuts the power, so that whatever was not synced is lost or torn, and opens the storage again.
     *
     * @return the storage that is open now
     */
    Storage crash();

    /**
     * For the checks that need a process of their own, to kill it.
     *
     * @return the backend, if what it stores outlives its process
     */
    default Optional<Subject> subject() {
        return Optional.empty();
    }

    /** Closes what is open and frees everything. */
    @Override
    void close();
}
