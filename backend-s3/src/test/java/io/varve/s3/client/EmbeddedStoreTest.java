// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.s3server.EmbeddedS3;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Checks the store against the embedded server. */
class EmbeddedStoreTest extends ServedStoreContract {
    private static EmbeddedS3 server;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedS3.inMemory();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Override
    BucketSettings bucket() {
        return Buckets.settings(server.endpoint(), server.bucket(), server.accessKey(), server.secretKey());
    }
}
