// SPDX-License-Identifier: Apache-2.0
/**
 * Draws batches of records from a seed: as a sketch of a few numbers, from which the same bytes follow at any
 * later time.
 */
package io.varve.experiments.batch;
