// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Says how the bucket is read.
 *
 * @param cacheDir directory of the cache on disk; created when it is needed
 * @param diskBytes max bytes of that cache; 0 for none
 * @param memoryBytes max bytes of decoded chunks that are kept in memory
 * @param loadBytes max bytes of memory, beside these, for requests in flight and for slices that are open
 * @param threads number of requests in flight, 1 or more
 * @param prefetchBytes max bytes that are read ahead of one sequential reader; 0 for none
 * @param fileRegions whether a slice may be a region of a file of the cache: its bytes were verified when
 *     they were read last, not when they are sent
 */
public record ReadConfig(
        Path cacheDir,
        long diskBytes,
        long memoryBytes,
        long loadBytes,
        int threads,
        int prefetchBytes,
        boolean fileRegions) {
    /** Default of {@link #diskBytes}. */
    public static final long DEFAULT_DISK = 1L << 30;

    /** Default of {@link #memoryBytes}. */
    public static final long DEFAULT_MEMORY = 32L << 20;

    /** Default of {@link #loadBytes}. */
    public static final long DEFAULT_LOAD = 64L << 20;

    /** Max of {@link #memoryBytes} and of {@link #loadBytes}. */
    public static final long MAX_MEMORY = 1L << 40;

    /** Default of {@link #threads}. */
    public static final int DEFAULT_THREADS = 8;

    /** Default of {@link #prefetchBytes}. */
    public static final int DEFAULT_PREFETCH = 16 << 20;

    /** @throws IllegalArgumentException if a number is out of the range given above */
    public ReadConfig {
        Objects.requireNonNull(cacheDir, "cacheDir");
        if (Math.max(memoryBytes, loadBytes) > MAX_MEMORY) {
            throw new IllegalArgumentException(
                    "memory " + memoryBytes + " and load " + loadBytes + " must each be at most " + MAX_MEMORY);
        }
        if (diskBytes < 0 || memoryBytes < 0 || loadBytes < 0 || prefetchBytes < 0 || threads < 1) {
            throw new IllegalArgumentException("disk " + diskBytes + ", memory " + memoryBytes + ", load " + loadBytes
                    + ", prefetch " + prefetchBytes + " must be 0 or more, threads " + threads + " 1 or more");
        }
    }

    /**
     * @param cacheDir as above
     * @return the defaults
     */
    public static ReadConfig defaults(Path cacheDir) {
        return new ReadConfig(
                cacheDir, DEFAULT_DISK, DEFAULT_MEMORY, DEFAULT_LOAD, DEFAULT_THREADS, DEFAULT_PREFETCH, true);
    }
}
