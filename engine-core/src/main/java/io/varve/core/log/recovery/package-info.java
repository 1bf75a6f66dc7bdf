// SPDX-License-Identifier: Apache-2.0
/**
 * Writes snapshots of the producers, and rebuilds the producers at the start: from the newest snapshot that
 * fits, then from the batches after it.
 */
package io.varve.core.log.recovery;
