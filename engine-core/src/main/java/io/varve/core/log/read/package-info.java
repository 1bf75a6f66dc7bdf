// SPDX-License-Identifier: Apache-2.0
/**
 * Reads a partition: batches by offset, records by time, the end that each isolation sees, and the end of
 * damage.
 */
package io.varve.core.log.read;
