// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.conformance.StorageConformance;
import io.varve.conformance.rig.DirectoryRig;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TestedBackend;
import java.util.List;
import java.util.Map;

class LmdbStorageConformanceTest extends StorageConformance {
    @Override
    protected StorageRig rig() {
        // Little staging, so that it is used up now and then.
        TestedBackend subject =
                new TestedBackend(new LmdbStorageProvider(), Map.of(LmdbConfig.STAGING, "1048576"), List.of());
        return new DirectoryRig(subject, BystanderMain.class);
    }
}
