// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

/**
 * Counts what one cleaning of a partition did.
 *
 * @param cleanedTo end of the clean part, exclusive
 * @param bytesRead bytes of the batches in the replaced segments
 * @param bytesWritten bytes of the batches that replace them
 * @param records number of records in the replaced segments
 * @param dropped number of those records that were dropped
 * @param keyless number of dropped records without a key, which a compacted topic does not allow
 * @param unreadable number of batches with unreadable records, which stay unchanged
 */
public record CleaningResult(
        long cleanedTo, long bytesRead, long bytesWritten, long records, long dropped, long keyless, long unreadable) {}
