// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

import io.varve.conformance.StorageConformance;
import io.varve.conformance.rig.DirectoryRig;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TestedBackend;

class JournalStorageTest extends StorageConformance {
    @Override
    protected StorageRig rig() {
        return new DirectoryRig(TestedBackend.of(new JournalStorageProvider()));
    }
}
