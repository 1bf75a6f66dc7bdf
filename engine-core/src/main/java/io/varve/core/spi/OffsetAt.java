// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

/**
 * Names a batch that was found by its timestamp.
 *
 * @param baseOffset base offset of the batch
 * @param maxTimestamp the batch's largest record timestamp in ms since the epoch
 */
public record OffsetAt(long baseOffset, long maxTimestamp) {}
