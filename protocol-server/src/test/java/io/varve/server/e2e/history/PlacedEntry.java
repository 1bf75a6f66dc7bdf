// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

/**
 * An entry with its place in the log.
 *
 * @param partition the partition
 * @param offset the offset in the partition
 * @param entry the entry
 */
public record PlacedEntry(int partition, long offset, HistoryEntry entry) {}
