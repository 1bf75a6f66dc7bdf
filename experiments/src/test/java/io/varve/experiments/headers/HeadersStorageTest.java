// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.headers;

import io.varve.conformance.StorageConformance;
import io.varve.conformance.rig.MemoryRig;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.runtime.Clock;

class HeadersStorageTest extends StorageConformance {
    @Override
    protected StorageRig rig() {
        return new MemoryRig(new HeadersStorageProvider().open(Clock.system()));
    }
}
