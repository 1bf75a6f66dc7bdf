// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

/**
 * Holds what was read from the bucket so far.
 *
 * @param memoryHits chunks that were wanted and lay in memory
 * @param diskHits chunks that were read from the cache on disk
 * @param misses chunks that were wanted and did not lie in memory
 * @param gets requests, without those that the client repeats by itself
 * @param storedBytes bytes of chunks that came from the bucket, as stored there
 * @param bytes the same chunks' bytes, decoded
 * @param slicedBytes bytes handed to readers
 * @param prefetchedBytes bytes of decoded chunks that were read ahead
 * @param unreadBytes bytes of these that left the memory before a reader wanted them
 * @param failures requests that failed, and chunks that were damaged
 * @param usedMemory bytes of buffers in use now
 * @param diskBytes bytes in the cache on disk now
 * @param openFiles files of that cache that slices hold open now
 */
public record ReadCounts(
        long memoryHits,
        long diskHits,
        long misses,
        long gets,
        long storedBytes,
        long bytes,
        long slicedBytes,
        long prefetchedBytes,
        long unreadBytes,
        long failures,
        long usedMemory,
        long diskBytes,
        int openFiles) {}
