// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.conformance.DeterminismConformance;
import io.varve.conformance.rig.TestedBackend;

class LmdbDeterminismTest extends DeterminismConformance {
    @Override
    protected TestedBackend subject() {
        return TestedBackend.of(new LmdbStorageProvider());
    }

    @Override
    protected boolean isCompared(String file) {
        return !file.endsWith("lock.mdb"); // LMDB's table of readers: processes and threads, nothing that is stored
    }
}
