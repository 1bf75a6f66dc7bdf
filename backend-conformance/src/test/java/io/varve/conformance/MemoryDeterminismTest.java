// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import io.varve.conformance.rig.LastingMemoryProvider;
import io.varve.conformance.rig.TestedBackend;

class MemoryDeterminismTest extends DeterminismConformance {
    @Override
    protected TestedBackend subject() {
        return TestedBackend.of(new LastingMemoryProvider());
    }
}
