// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.conformance.StorageConformance;
import io.varve.conformance.rig.StorageRig;

class FileStorageConformanceTest extends StorageConformance {
    @Override
    protected StorageRig rig() {
        return FileRig.temporary();
    }
}
