// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Gives each test a bucket of its own and a directory. */
abstract class TierTest {
    @TempDir
    Path root;

    TierFixture tier;

    @BeforeEach
    void startBucket() throws IOException {
        tier = new TierFixture();
    }

    @AfterEach
    void stopBucket() throws IOException {
        tier.close();
    }
}
