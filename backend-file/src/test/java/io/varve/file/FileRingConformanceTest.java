// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.conformance.StorageConformance;
import io.varve.conformance.rig.StorageRig;

/** The kit on files whose commits go to a ring; a crash takes from the logs what only the ring has. */
class FileRingConformanceTest extends StorageConformance {
    @Override
    protected StorageRig rig() {
        return FileRig.withRing();
    }
}
