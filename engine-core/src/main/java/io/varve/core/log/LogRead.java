// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.spi.BatchSlice;

/**
 * What a read returned.
 *
 * @param slice the batches; the caller closes it
 * @param logStartOffset first offset of the partition at that moment
 * @param highWatermark offset after the last record shown to consumers, exclusive, at that moment
 * @param lastStableOffset first offset of an undecided transaction, or the high watermark, exclusive, at that moment
 */
public record LogRead(BatchSlice slice, long logStartOffset, long highWatermark, long lastStableOffset) {}
