// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import java.util.HashMap;
import java.util.Map;

/**
 * Names the bucket of a measurement.
 *
 * @param endpoint the store's URL
 * @param bucket the bucket; it exists
 * @param accessKey the key's id
 * @param secretKey the key
 */
record TierTarget(String endpoint, String bucket, String accessKey, String secretKey) {
    /**
     * @param prefix of the keys
     * @param hot the hot backend
     * @return the properties of a storage in this bucket
     */
    Map<String, String> properties(String prefix, String hot) {
        return new HashMap<>(Map.of(
                "s3.hot.backend", hot,
                "s3.endpoint", endpoint,
                "s3.region", "us-east-1",
                "s3.bucket", bucket,
                "s3.prefix", prefix,
                "s3.access.key.id", accessKey,
                "s3.secret.access.key", secretKey));
    }
}
