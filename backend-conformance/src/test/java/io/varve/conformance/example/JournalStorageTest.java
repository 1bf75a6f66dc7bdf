// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

import io.varve.conformance.DirectoryRig;
import io.varve.conformance.StorageConformance;
import io.varve.conformance.StorageRig;
import io.varve.conformance.TestedBackend;

class JournalStorageTest extends StorageConformance {
    @Override
    protected StorageRig rig() {
        return new DirectoryRig(TestedBackend.of(new JournalStorageProvider()));
    }
}
