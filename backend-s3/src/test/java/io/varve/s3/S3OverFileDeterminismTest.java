// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

class S3OverFileDeterminismTest extends S3DeterminismConformance {
    S3OverFileDeterminismTest() {
        super("file");
    }
}
