// SPDX-License-Identifier: Apache-2.0
/**
 * Reads a partition: batches by offset, records by time, how far each isolation sees, and where damage ends.
 */
package io.varve.core.log.read;
