// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import io.varve.conformance.rig.MemoryRig;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.memory.ReadableAt;

/** The kit takes no backend for wrong that shows appends no sooner than the sync. */
class MemoryReadableAtSyncTest extends StorageConformance {
    @Override
    protected StorageRig rig() {
        return new MemoryRig(ReadableAt.AT_SYNC);
    }
}
