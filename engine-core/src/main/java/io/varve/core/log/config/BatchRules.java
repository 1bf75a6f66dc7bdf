// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.config;

import io.varve.core.record.Compressor;

/**
 * Says how producers' batches are checked, and in what form they are stored.
 *
 * @param everyRecord true to walk every record of a batch, false to trust its header
 *     ({@code log.record.validation})
 * @param maxRecordBytes max bytes a record of a compressed batch may take decompressed, at least 1
 *     ({@code log.record.max.bytes})
 * @param compressor compresses batches, or null to keep the producer's compression ({@code compression.type})
 */
public record BatchRules(boolean everyRecord, int maxRecordBytes, Compressor compressor) {
    /**
     * Every record is walked, none may be larger than a request, and batches keep the producer's compression.
     */
    public static final BatchRules DEFAULT = new BatchRules(true, 104_857_600, null);
}
