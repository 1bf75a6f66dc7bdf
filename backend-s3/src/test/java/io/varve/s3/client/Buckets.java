// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.support.StorageProperties;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

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

    /** Makes the bucket, unless it is there. */
    static void make(BucketSettings settings) {
        try (S3Connection connection =
                new S3Connection(settings, Clock.system(), new VirtualTime(0), Ids.seeded(1), new RetryPause())) {
            connection.client().createBucket(create -> create.bucket(settings.bucket()));
        } catch (BucketAlreadyOwnedByYouException | BucketAlreadyExistsException e) {
            // as it should be
        }
    }
}
