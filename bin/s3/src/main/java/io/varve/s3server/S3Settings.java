// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a server is set up.
 *
 * @param port 0 for any free one
 * @param directory in which objects are kept; in memory when there is none
 * @param bucket made at the start if it is not there
 * @param seed of the faults' chances
 */
public record S3Settings(
        int port, Optional<Path> directory, String bucket, String accessKey, String secretKey, long seed) {
    /**
     * What the server is reached with unless told otherwise; {@code config/server-s3.properties} has the
     * same.
     */
    public static final int PORT = 9000;

    public static final String BUCKET = "varve";
    public static final String ACCESS_KEY = "varve";
    public static final String SECRET_KEY = "varve-secret";

    /** @return on a free port, with everything in memory */
    public static S3Settings inMemory() {
        return new S3Settings(0, Optional.empty(), BUCKET, ACCESS_KEY, SECRET_KEY, System.nanoTime());
    }

    /** @return on a free port, with the objects as files */
    public static S3Settings in(Path directory) {
        return new S3Settings(0, Optional.of(directory), BUCKET, ACCESS_KEY, SECRET_KEY, System.nanoTime());
    }

    /** @param fixed for the faults to strike as in another run */
    public S3Settings seed(long fixed) {
        return new S3Settings(port, directory, bucket, accessKey, secretKey, fixed);
    }
}
