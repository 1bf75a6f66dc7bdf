// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

class S3OverLmdbDeterminismTest extends S3DeterminismConformance {
    S3OverLmdbDeterminismTest() {
        super("lmdb");
    }

    @Override
    protected boolean isCompared(String file) {
        return !file.endsWith("lock.mdb"); // LMDB's table of readers: processes and threads, nothing that is stored
    }
}
