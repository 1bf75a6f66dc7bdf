// SPDX-License-Identifier: Apache-2.0
/**
 * A {@link io.varve.core.spi.Storage} in LMDB: an environment per data directory, a write transaction per
 * group commit.
 */
package io.varve.lmdb;
