// SPDX-License-Identifier: Apache-2.0
/**
 * Implements rules of {@link io.varve.core.spi} that every backend would otherwise write itself: fencing, the
 * end of segments, checks of arguments, and reading properties. The contract requires none of these classes.
 */
package io.varve.core.spi.support;
