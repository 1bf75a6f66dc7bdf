// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.conformance.rig.StorageRig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.PartitionStore;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * A backend with one fault.
 *
 * @param fault what it does wrong
 * @param caughtBy the check that is there to notice, as {@code area: check}
 * @param rigs makes it
 */
record Mutant(String fault, String caughtBy, Supplier<StorageRig> rigs) {
    /** A mutant whose fault lies in its storage. */
    static Mutant of(String fault, String caughtBy, BiFunction<FaultyDevice, MemoryStorage, MutatedStorage> maker) {
        return new Mutant(fault, caughtBy, () -> new MutatedRig(maker));
    }

    /** A mutant whose fault lies in its handles. */
    static Mutant inHandles(
            String fault, String caughtBy, BiFunction<MutatedStorage, PartitionStore, MutatedStore> handles) {
        return of(fault, caughtBy, (device, memory) -> new MutatedStorage(device, memory) {
            @Override
            MutatedStore handle(PartitionStore sound) {
                return handles.apply(this, sound);
            }
        });
    }

    @Override
    public String toString() {
        return fault;
    }
}
