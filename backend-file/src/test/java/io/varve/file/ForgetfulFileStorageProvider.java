// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.ForwardingStorage;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.SyncFailures;
import java.util.Collection;

/** Opens a file storage whose sync does nothing. A killed process does not show that; a power cut does. */
public final class ForgetfulFileStorageProvider implements StorageProvider {
    @Override
    public String name() {
        return "file-without-sync";
    }

    @Override
    public Storage open(StorageContext context) {
        return new Forgetful(FileStorage.open(context));
    }

    private static final class Forgetful extends ForwardingStorage {
        Forgetful(Storage storage) {
            super(storage);
        }

        @Override
        public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
            return SyncFailures.NONE;
        }
    }
}
