// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.conformance.CompactionConformance;
import io.varve.conformance.rig.DirectoryRig;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TestedBackend;

class LmdbCompactionTest extends CompactionConformance {
    @Override
    protected StorageRig rig() {
        return new DirectoryRig(TestedBackend.of(new LmdbStorageProvider()));
    }
}
