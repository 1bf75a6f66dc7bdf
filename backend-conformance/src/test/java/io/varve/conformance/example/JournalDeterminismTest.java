// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

import io.varve.conformance.DeterminismConformance;
import io.varve.conformance.rig.TestedBackend;

class JournalDeterminismTest extends DeterminismConformance {
    @Override
    protected TestedBackend subject() {
        return TestedBackend.of(new JournalStorageProvider());
    }
}
