// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.batch;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import java.util.List;

/**
 * Appends for checks of something else: what was appended can be read on return, whether the backend makes it
 * readable at the append or, as the SPI allows, at the sync. What happens in between is checked by {@code
 * SyncContract} and {@code PendingContract}.
 */
public final class ReadableAppend {
    private ReadableAppend() {}

    /**
     * Appends, and syncs if that is what it takes.
     *
     * @param storage whose partition it is
     * @throws StorageException as the append or the sync failed
     */
    public static void to(Storage storage, PartitionStore store, BatchRun run) {
        store.append(run);
        if (store.extent().readableEnd() < run.nextOffset()) {
            StorageException failure =
                    storage.sync(List.of(store)).byPartition().get(store.id());
            if (failure != null) {
                throw failure;
            }
        }
    }
}
