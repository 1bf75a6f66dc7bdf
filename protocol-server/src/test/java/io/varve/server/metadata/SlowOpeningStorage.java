// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.core.spi.ForwardingStorage;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A storage that opens some partitions only when its gate is opened, as if they came from far away. */
public final class SlowOpeningStorage extends ForwardingStorage {
    /** Makes storages for a {@link MetadataFixture} behind one gate. */
    public static final class Gate implements UnaryOperator<Storage> {
        private volatile Predicate<PartitionId> held = id -> false;
        private volatile CompletableFuture<Void> opened = CompletableFuture.completedFuture(null);

        @Override
        public Storage apply(Storage storage) {
            return new SlowOpeningStorage(storage, this);
        }

        public void hold(Predicate<PartitionId> which) {
            opened = new CompletableFuture<>();
            held = which;
        }

        public void release() {
            opened.complete(null);
        }
    }

    private final Gate gate;

    private SlowOpeningStorage(Storage storage, Gate gate) {
        super(storage);
        this.gate = gate;
    }

    @Override
    public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
        if (gate.held.test(id)) {
            gate.opened.join();
        }
        return super.open(id, epoch, settings);
    }
}
