// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.memory.ReadableAt;
import io.varve.core.spi.Storage;

/** Restarts and crashes the memory storage. A crash loses all that was not synced. */
public final class MemoryRig implements StorageRig {
    private MemoryStorage storage;

    /** On a storage whose appends can be read at once. */
    public MemoryRig() {
        this(ReadableAt.AT_APPEND);
    }

    /** @param readable when appends can be read */
    public MemoryRig(ReadableAt readable) {
        this(new MemoryStorage(readable));
    }

    /** @param storage a fresh storage */
    public MemoryRig(MemoryStorage storage) {
        this.storage = storage;
    }

    @Override
    public Storage storage() {
        return storage;
    }

    @Override
    public Storage reopen() {
        storage = storage.reopen();
        return storage;
    }

    @Override
    public Storage crash() {
        storage = storage.crash();
        return storage;
    }

    @Override
    public void close() {
        storage.close();
    }
}
