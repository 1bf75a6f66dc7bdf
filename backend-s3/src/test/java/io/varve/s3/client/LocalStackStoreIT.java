// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/** Checks the store against LocalStack, where there is Docker. */
@Testcontainers(disabledWithoutDocker = true)
class LocalStackStoreIT extends ServedStoreContract {
    /** The last image that starts without an account. */
    private static final String IMAGE = "localstack/localstack:4.14.0";

    private static final String BUCKET = "varve";

    @Container
    private static final LocalStackContainer SERVER =
            new LocalStackContainer(DockerImageName.parse(IMAGE)).withServices("s3");

    @BeforeAll
    static void makeBucket() {
        Buckets.make(settings());
    }

    @Override
    BucketSettings bucket() {
        return settings();
    }

    private static BucketSettings settings() {
        return Buckets.settings(
                SERVER.getEndpoint(),
                BUCKET,
                SERVER.getAccessKey(),
                SERVER.getSecretKey(),
                BucketSettings.REGION,
                SERVER.getRegion());
    }
}
