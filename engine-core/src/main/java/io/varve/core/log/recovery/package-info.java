// SPDX-License-Identifier: Apache-2.0
/**
 * Writes producer state down and rebuilds it at the start: the newest snapshot that fits, then the batches
 * after it.
 */
package io.varve.core.log.recovery;
