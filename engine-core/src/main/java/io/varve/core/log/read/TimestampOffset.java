// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.read;

/**
 * Names a record that was found by its timestamp.
 *
 * @param timestamp its timestamp in ms since the epoch
 * @param offset its offset
 * @param leaderEpoch leader epoch of its batch
 */
public record TimestampOffset(long timestamp, long offset, int leaderEpoch) {}
