// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.util.Optional;

/**
 * One request that was answered, or cut off.
 *
 * @param key in the bucket; empty for a request on the bucket itself
 * @param status of the answer; 0 when the connection was closed without one
 * @param bytesIn of the request's body, as far as it was read
 * @param bytesOut of the answer's body, as far as it was sent
 * @param fault what was done to the request on purpose
 */
public record S3Request(
        S3RequestKind kind,
        String method,
        String key,
        int status,
        long bytesIn,
        long bytesOut,
        Optional<S3Fault> fault) {
    @Override
    public String toString() {
        return method + " " + key + " " + kind + " " + status + " in=" + bytesIn + " out=" + bytesOut
                + fault.map(f -> " fault=" + f).orElse("");
    }
}
