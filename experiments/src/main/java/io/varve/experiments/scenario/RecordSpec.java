// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

/**
 * Describes a producer's records.
 *
 * @param size bytes of key and value together
 * @param keys how many keys there are, and how often each comes
 * @param tombstones share of records with a key and no value, 0 to 1
 * @param timestamps which records are late or ahead of their time
 */
public record RecordSpec(RecordSize size, KeySpec keys, double tombstones, TimestampSpec timestamps) {}
