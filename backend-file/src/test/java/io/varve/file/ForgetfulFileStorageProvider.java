// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.SyncFailures;
import java.util.Collection;
import java.util.Set;

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

    private record Forgetful(FileStorage storage) implements Storage {
        @Override
        public Set<PartitionId> partitions() {
            return storage.partitions();
        }

        @Override
        public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
            return storage.open(id, epoch, settings);
        }

        @Override
        public String setAside(PartitionId id) {
            return storage.setAside(id);
        }

        @Override
        public void delete(PartitionId id) {
            storage.delete(id);
        }

        @Override
        public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
            return SyncFailures.NONE;
        }

        @Override
        public void close() {
            storage.close();
        }
    }
}
