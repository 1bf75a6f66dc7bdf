// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

/**
 * Says how a producer puts records into batches, and how it compresses them.
 *
 * @param lingerMs how long a batch waits for more records, in ms
 * @param maxBytes a batch with so many bytes of records, before compression, does not wait
 * @param compression how batches are compressed
 */
public record BatchSpec(long lingerMs, int maxBytes, CompressionSpec compression) {}
