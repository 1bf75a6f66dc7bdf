// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

/**
 * Describes what writes to a topic, evenly over its partitions unless keys are skewed.
 *
 * @param topic the topic's name
 * @param rate how much, over all partitions, before compression; where {@code rhythm} has factors, they
 *     multiply it
 * @param records what the records look like
 * @param batches how records are put into batches
 * @param rhythm how the rate varies with time
 */
public record ProducerSpec(String topic, Rate rate, RecordSpec records, BatchSpec batches, Rhythm rhythm) {}
