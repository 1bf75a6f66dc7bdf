// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

/**
 * What one cleaning of a partition did.
 *
 * @param cleanedTo end of what is clean, exclusive
 * @param bytesRead bytes of batches that were rewritten or passed on
 * @param bytesWritten bytes of batches that stand in their place
 * @param records records in them before
 * @param dropped records of those that are gone
 * @param keyless records of the dropped ones that had no key, which a compacted topic does not allow
 * @param unreadable batches whose records make no sense, which stay as they are
 */
public record CleaningResult(
        long cleanedTo, long bytesRead, long bytesWritten, long records, long dropped, long keyless, long unreadable) {}
