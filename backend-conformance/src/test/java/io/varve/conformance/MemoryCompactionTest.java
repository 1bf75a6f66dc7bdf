// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import io.varve.conformance.rig.MemoryRig;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.memory.ReadableAt;

class MemoryCompactionTest extends CompactionConformance {
    private int rigs;

    @Override
    protected StorageRig rig() {
        return new MemoryRig(rigs++ % 2 == 0 ? ReadableAt.AT_APPEND : ReadableAt.AT_SYNC);
    }

    @Override
    protected int histories() {
        return Integer.getInteger("varve.compaction.histories", 100);
    }
}
