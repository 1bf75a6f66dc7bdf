// SPDX-License-Identifier: Apache-2.0
/**
 * Helps to implement {@link io.varve.core.spi}: what every backend would otherwise write for itself. It
 * decides who may write a partition and when a segment ends, checks names and runs of segments, and reads
 * properties. The contract requires none of these classes.
 */
package io.varve.core.spi.support;
