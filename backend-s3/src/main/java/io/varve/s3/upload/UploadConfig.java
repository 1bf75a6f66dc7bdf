// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.s3.object.SegmentWriterConfig;
import java.util.Objects;

/**
 * Says how segments are uploaded.
 *
 * @param writer how their objects are written
 * @param threads number of partitions uploaded at the same time, at least 1
 * @param partsInFlight buffers of parts for each of them, at least 2
 */
public record UploadConfig(SegmentWriterConfig writer, int threads, int partsInFlight) {
    /** Default number of partitions uploaded at the same time. */
    public static final int DEFAULT_THREADS = 2;

    /** Default number of buffers for each of them: two are sent while one is filled. */
    public static final int DEFAULT_PARTS = 3;

    /** @throws IllegalArgumentException if a number is out of range */
    public UploadConfig {
        Objects.requireNonNull(writer, "writer");
        if (threads < 1 || partsInFlight < 2) {
            throw new IllegalArgumentException(
                    threads + " threads and " + partsInFlight + " parts in flight, must be at least 1 and 2");
        }
    }
}
