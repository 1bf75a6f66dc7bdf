// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.conformance.CompactionConformance;
import io.varve.conformance.rig.StorageRig;
import java.util.Map;

/** Compacts logs on the tier in front of a bucket, with file as the hot backend. */
class S3OverFileCompactionTest extends CompactionConformance {
    @Override
    protected StorageRig rig() {
        return new S3Rig("file", Map.of());
    }

    @Override
    protected int histories() {
        return 1;
    }
}
