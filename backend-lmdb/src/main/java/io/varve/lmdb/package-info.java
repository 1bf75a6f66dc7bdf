// SPDX-License-Identifier: Apache-2.0
/**
 * Stores partitions in LMDB ({@code storage.backend=lmdb}): one environment for each data directory, one
 * write transaction for each group commit.
 */
package io.varve.lmdb;
