// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.conformance.CompactionConformance;
import io.varve.conformance.rig.StorageRig;

class FileCompactionTest extends CompactionConformance {
    @Override
    protected StorageRig rig() {
        return FileRig.temporary();
    }
}
