// SPDX-License-Identifier: Apache-2.0
/**
 * Appends to one partition, reads, trims and truncates it, and makes it durable; owns the data directory that
 * holds it.
 */
package io.varve.file.partition;
