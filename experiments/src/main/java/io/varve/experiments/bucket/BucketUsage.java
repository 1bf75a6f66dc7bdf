// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.bucket;

import io.varve.s3.client.RequestKind;
import java.util.Map;

/**
 * Says what a bucket holds, and what it was asked for so far. Bytes are those of full size.
 *
 * @param storedBytes bytes of all objects
 * @param requests requests that the bucket answered, by kind
 * @param bytes bytes of objects that they sent or received, by kind
 */
public record BucketUsage(long storedBytes, Map<RequestKind, Long> requests, Map<RequestKind, Long> bytes) {
    /** Copies the maps. */
    public BucketUsage {
        requests = Map.copyOf(requests);
        bytes = Map.copyOf(bytes);
    }

    /**
     * @param kind a kind of request
     * @return how many of them the bucket answered
     */
    public long requests(RequestKind kind) {
        return requests.getOrDefault(kind, 0L);
    }

    /**
     * @param kind a kind of request
     * @return bytes of objects that they sent or received
     */
    public long bytes(RequestKind kind) {
        return bytes.getOrDefault(kind, 0L);
    }
}
