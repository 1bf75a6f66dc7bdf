// SPDX-License-Identifier: Apache-2.0
/**
 * The reference {@link io.varve.core.spi.Storage}: the executable specification, and the fastest test double.
 */
package io.varve.core.memory;
