// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

class MemoryStorageTest extends StorageConformance {
    @Override
    protected StorageRig rig() {
        return new MemoryRig();
    }
}
