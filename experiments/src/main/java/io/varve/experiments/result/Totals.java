// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

/**
 * Counts over a whole run. Bytes and records are those of full size, also when the run was scaled.
 *
 * @param producedRecords records that producers appended
 * @param producedBytes bytes of their batches
 * @param refusedRecords records whose append was refused, as on a full disk
 * @param compactionBytes bytes that compaction wrote
 * @param uploadedBytes bytes that went to the bucket
 * @param writeAmplification bytes written to this machine, for each produced byte: 1 without compaction
 * @param segmentsCreated segments that ever existed
 * @param segmentsDeleted those of them that were deleted
 * @param deletedBytes bytes of deleted segments
 * @param maxLocalBytes the most bytes on this machine at a sample
 * @param endLocalBytes bytes on this machine at the end
 * @param maxRemoteBytes the most bytes in the bucket at a sample
 * @param endRemoteBytes bytes in the bucket at the end
 * @param minOldestRecordAgeMs the least age in ms of the oldest readable record at a sample after the first
 *     deletion; -1 if nothing was deleted
 * @param endOldestRecordAgeMs age in ms of the oldest readable record at the end; -1 without a record
 * @param requests requests to the bucket
 * @param readBytes bytes that consumers read
 * @param readP99Ms the 99th percentile of a read's time in ms; 0 without a read
 * @param maxReadMs the longest time of a read in ms
 * @param missedRecords records that consumers found deleted
 */
public record Totals(
        long producedRecords,
        long producedBytes,
        long refusedRecords,
        long compactionBytes,
        long uploadedBytes,
        double writeAmplification,
        long segmentsCreated,
        long segmentsDeleted,
        long deletedBytes,
        long maxLocalBytes,
        long endLocalBytes,
        long maxRemoteBytes,
        long endRemoteBytes,
        long minOldestRecordAgeMs,
        long endOldestRecordAgeMs,
        long requests,
        long readBytes,
        double readP99Ms,
        double maxReadMs,
        long missedRecords) {}
