// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.epoch;

/**
 * Says where the records of a leader epoch end (KIP-101).
 *
 * @param epoch the largest epoch with records that is not above the requested epoch, or the requested epoch
 *     when all known epochs are larger
 * @param endOffset offset after its last record, exclusive: where the next epoch begins
 */
public record EpochEnd(int epoch, long endOffset) {}
