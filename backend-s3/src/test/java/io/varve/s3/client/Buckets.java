// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.spi.support.StorageProperties;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/** Makes settings and stores for tests. */
public final class Buckets {
    private Buckets() {}

    /** Returns settings of a bucket at an endpoint, and of more keys and values. */
    public static BucketSettings settings(URI endpoint, String bucket, String keyId, String secret, String... more) {
        Map<String, String> properties = new HashMap<>(Map.of(
                BucketSettings.ENDPOINT,
                endpoint.toString(),
                BucketSettings.BUCKET,
                bucket,
                BucketSettings.KEY_ID,
                keyId,
                BucketSettings.SECRET,
                secret));
        for (int i = 0; i < more.length; i += 2) {
            properties.put(more[i], more[i + 1]);
        }
        return BucketSettings.of(new StorageProperties(BucketSettings.SETTINGS, properties));
    }
}
