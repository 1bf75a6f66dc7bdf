// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps the newest record of each key: decides which partition to clean and how far, what a cleaned batch
 * holds, and when tombstones, transaction markers and the records of aborted transactions may be removed.
 * Offsets never change. Semantics: Kafka's log cleaner, KIP-98, KIP-354, KIP-534.
 */
package io.varve.core.compaction;
