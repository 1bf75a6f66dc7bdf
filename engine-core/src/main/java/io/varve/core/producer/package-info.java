// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps producers idempotent in one partition: tracks the epoch and the last batches of each producer,
 * rebuilt from the log and its snapshots.
 */
package io.varve.core.producer;
