// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.conformance.DeterminismConformance;
import io.varve.conformance.rig.TestedBackend;

class FileDeterminismTest extends DeterminismConformance {
    @Override
    protected TestedBackend subject() {
        return TestedBackend.of(new FileStorageProvider());
    }
}
