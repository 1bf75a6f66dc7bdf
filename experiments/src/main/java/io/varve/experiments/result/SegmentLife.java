// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

/**
 * Holds the life of a segment: a row of {@code segments.csv}. Times are ms of virtual time since the epoch,
 * or -1 if it did not happen in the run.
 *
 * @param policy the policy's name
 * @param topic its topic
 * @param partition its partition
 * @param baseOffset first offset, inclusive
 * @param endOffset end offset, exclusive
 * @param bytes its size when it was last seen
 * @param createdMs when it was created
 * @param sealedMs when the next segment began
 * @param uploadedMs when it was in the bucket
 * @param localGoneMs when its copy on this machine was dropped
 * @param deletedMs when it was deleted
 * @param reason why it went, or why it is still there, as the engine explains it
 */
public record SegmentLife(
        String policy,
        String topic,
        int partition,
        long baseOffset,
        long endOffset,
        long bytes,
        long createdMs,
        long sealedMs,
        long uploadedMs,
        long localGoneMs,
        long deletedMs,
        String reason) {}
