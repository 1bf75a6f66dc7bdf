// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.nio.ByteBuffer;

/**
 * One or more whole record batches on their way into a partition, offsets assigned, in order and contiguous in the buffer.
 *
 * @param bytes the batches, from position to limit; direct or heap. The backend must not keep it after
 *     {@link PartitionStore#append} returns, nor change the bytes; it may move the position
 * @param baseOffset offset of the first record
 * @param nextOffset offset after the last record, exclusive
 * @param maxTimestamp largest record timestamp in ms since the epoch, or -1
 * @param offsetOfMaxTimestamp last offset of the batch that holds {@code maxTimestamp}
 */
public record BatchRun(
        ByteBuffer bytes, long baseOffset, long nextOffset, long maxTimestamp, long offsetOfMaxTimestamp) {}
