// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStoreException;

/** Turns failures of the bucket into those of a storage. Stateless. */
final class BucketFailure {
    private BucketFailure() {}

    /**
     * @param failure a failed request for an object that the manifest names
     * @return CORRUPT if the object is gone; else RETRY, as the bucket may answer later, or be there again
     */
    static StorageException of(ObjectStoreException failure) {
        StorageException.Kind kind = failure.kind() == ObjectStoreException.Kind.ABSENT
                ? StorageException.Kind.CORRUPT
                : StorageException.Kind.RETRY;
        return new StorageException(kind, failure.getMessage(), failure);
    }
}
