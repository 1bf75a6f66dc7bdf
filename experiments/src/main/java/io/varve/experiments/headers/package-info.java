// SPDX-License-Identifier: Apache-2.0
/**
 * Stores batches as a few numbers from which their bytes are made again, so that a simulated week of
 * terabytes fits in memory.
 */
package io.varve.experiments.headers;
