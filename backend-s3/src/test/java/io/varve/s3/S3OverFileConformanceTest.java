// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.conformance.StorageConformance;
import io.varve.conformance.contract.RunScale;
import io.varve.conformance.rig.StorageRig;
import java.util.Map;

/** Runs the kit on the tier in front of a bucket, with file as the hot backend. */
class S3OverFileConformanceTest extends StorageConformance {
    @Override
    protected StorageRig rig() {
        return new S3Rig("file", Map.of());
    }

    /** Less than for a backend alone, whose own tests go further. */
    @Override
    protected RunScale scale() {
        return S3Rig.SCALE;
    }

    @Override
    protected boolean haltsAt(String failPoint) {
        return S3Rig.haltsAt("file", failPoint);
    }
}
