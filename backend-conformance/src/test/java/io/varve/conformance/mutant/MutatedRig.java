// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.conformance.rig.StorageFaults;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.Storage;
import java.util.function.BiFunction;

/** A specimen that can be restarted. */
class MutatedRig implements StorageRig {
    private final BiFunction<FaultyDevice, MemoryStorage, MutatedStorage> maker;
    private final FaultyDevice device = new FaultyDevice();
    MutatedStorage specimen;

    MutatedRig(BiFunction<FaultyDevice, MemoryStorage, MutatedStorage> maker) {
        this.maker = maker;
        this.specimen = maker.apply(device, new MemoryStorage());
    }

    @Override
    public Storage storage() {
        return specimen;
    }

    @Override
    public Storage reopen() {
        specimen = maker.apply(device, specimen.restarted(false));
        return specimen;
    }

    @Override
    public Storage crash() {
        specimen = maker.apply(device, specimen.restarted(true));
        return specimen;
    }

    @Override
    public boolean readAndDie() {
        device.deadReader = true;
        return true;
    }

    @Override
    public StorageFaults faults() {
        return device;
    }

    @Override
    public void close() {
        specimen.close();
    }
}
