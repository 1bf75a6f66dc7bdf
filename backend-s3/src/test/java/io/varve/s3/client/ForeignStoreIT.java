// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import java.net.URI;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Checks the store against a server that somebody started: compat/versitygw.sh, for instance. The properties
 * are varve.test.s3.endpoint, .bucket, .key and .secret; the bucket is made if it is missing.
 */
@EnabledIfSystemProperty(named = ForeignStoreIT.PREFIX + "endpoint", matches = "http.*")
class ForeignStoreIT extends ServedStoreContract {
    static final String PREFIX = "varve.test.s3.";

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
                URI.create(System.getProperty(PREFIX + "endpoint")),
                System.getProperty(PREFIX + "bucket", "varve"),
                System.getProperty(PREFIX + "key"),
                System.getProperty(PREFIX + "secret"));
    }
}
