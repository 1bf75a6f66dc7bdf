// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

/**
 * Holds the start and the ends of a partition. {@code start <= durableEnd <= readableEnd}, except that
 * {@code start} may pass {@code durableEnd} when an unsynced head was trimmed.
 *
 * @param start first offset that is not trimmed, inclusive
 * @param readableEnd offset after the last batch that {@link PartitionStore#read} returns, exclusive
 * @param durableEnd offset after the last batch that survives a power cut, exclusive
 */
public record Extent(long start, long readableEnd, long durableEnd) {}
