// SPDX-License-Identifier: Apache-2.0
/**
 * Writes random keyed records and transactions to a partition that is compacted meanwhile, and compares what
 * a consumer reads with a simple model.
 */
package io.varve.conformance.compaction;
