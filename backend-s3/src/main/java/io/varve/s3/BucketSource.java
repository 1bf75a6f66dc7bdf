// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.StorageContext;
import io.varve.s3.client.ObjectStore;

/** Opens a storage's part of a bucket. */
interface BucketSource {
    /**
     * @param context properties, time and threads
     * @param config the tier's settings
     * @return the objects; the caller closes it
     */
    ObjectStore open(StorageContext context, S3Config config);
}
