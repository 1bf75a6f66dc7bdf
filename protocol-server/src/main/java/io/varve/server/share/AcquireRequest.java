// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

/**
 * How many records a member wants.
 *
 * @param member the member
 * @param maxRecords max number of records, at least 1
 * @param batchSize number of records in a run to acknowledge as one, at least 1; runs end with a batch
 * @param strict true if {@code maxRecords} must not be exceeded (KIP-1206); else the last batch is taken
 *     whole
 */
public record AcquireRequest(String member, int maxRecords, int batchSize, boolean strict) {}
