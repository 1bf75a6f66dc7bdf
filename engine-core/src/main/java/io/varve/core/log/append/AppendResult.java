// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.append;

/**
 * Names the offsets of an append.
 *
 * @param baseOffset offset of the first record
 * @param nextOffset offset after the last record, exclusive; the records are visible when the high watermark
 *     has reached it
 * @param logAppendTimeMs the timestamp that the broker gave the records, in ms since the epoch, or -1 when
 *     they keep the producer's
 * @param logStartOffset the partition's first offset
 * @param duplicate true if the batch had been appended before and these are its original offsets
 */
public record AppendResult(
        long baseOffset, long nextOffset, long logAppendTimeMs, long logStartOffset, boolean duplicate) {}
