// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

/**
 * An entry, and where it is in the log.
 *
 * @param partition the partition
 * @param offset its offset there
 * @param entry the entry
 */
public record Placed(int partition, long offset, HistoryEntry entry) {}
