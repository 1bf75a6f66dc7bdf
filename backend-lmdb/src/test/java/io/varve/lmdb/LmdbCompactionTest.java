// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.conformance.CompactionConformance;
import io.varve.conformance.DirectoryRig;
import io.varve.conformance.StorageRig;
import io.varve.conformance.TestedBackend;

class LmdbCompactionTest extends CompactionConformance {
    @Override
    protected StorageRig rig() {
        return new DirectoryRig(TestedBackend.of(new LmdbStorageProvider()));
    }
}
