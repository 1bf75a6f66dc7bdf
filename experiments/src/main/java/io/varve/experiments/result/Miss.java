// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

/**
 * Says that a consumer found records deleted that it had not read: a row of {@code misses.csv}.
 *
 * @param policy the policy's name
 * @param consumer the consumer's name
 * @param topic the topic
 * @param partition the partition
 * @param timeMs when it found out, in ms of virtual time since the epoch
 * @param fromOffset its position, inclusive
 * @param toOffset the next offset that is there, exclusive end of what it missed
 * @param records number of records, those of full size
 */
public record Miss(
        String policy,
        String consumer,
        String topic,
        int partition,
        long timeMs,
        long fromOffset,
        long toOffset,
        long records) {}
