// SPDX-License-Identifier: Apache-2.0
/**
 * Helps to implement {@link io.varve.core.spi}: what every backend would otherwise write for itself. Who
 * may write a partition, when a segment ends, which names and runs of segments are right, how properties
 * are read. The contract does not ask for any of it.
 */
package io.varve.core.spi.support;
