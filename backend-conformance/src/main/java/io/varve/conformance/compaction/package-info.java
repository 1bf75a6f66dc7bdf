// SPDX-License-Identifier: Apache-2.0
/** Plays random histories of keyed records and transactions on a partition that is compacted meanwhile, and compares with a simple model. */
package io.varve.conformance.compaction;
