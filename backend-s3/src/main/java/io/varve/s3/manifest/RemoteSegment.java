// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.s3.object.SegmentIndex;
import java.util.UUID;

/**
 * Describes a segment in the bucket. Immutable.
 *
 * @param key key of its object
 * @param object id of its object, unique to the attempt that stored it
 * @param baseOffset first offset, inclusive
 * @param endOffset offset after the last, exclusive; the next segment's base. A truncation or a restored copy
 *     may lower it below that of the object: batches at or above it do not count
 * @param bytes bytes of its batches as appended
 * @param objectBytes size of its object in bytes
 * @param firstTimestamp max timestamp of its first batch in ms since the epoch, or -1
 * @param maxTimestamp largest timestamp in ms since the epoch, or -1
 * @param lastAppendMs time of its last append in ms since the epoch, or -1
 * @param index its chunks and blobs
 */
public record RemoteSegment(
        String key,
        UUID object,
        long baseOffset,
        long endOffset,
        long bytes,
        long objectBytes,
        long firstTimestamp,
        long maxTimestamp,
        long lastAppendMs,
        SegmentIndex index) {}
