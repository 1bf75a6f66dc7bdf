// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import io.varve.conformance.rig.MemoryRig;
import io.varve.conformance.rig.StorageRig;

class MemoryStorageTest extends StorageConformance {
    @Override
    protected StorageRig rig() {
        return new MemoryRig();
    }
}
