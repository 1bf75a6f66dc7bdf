// SPDX-License-Identifier: Apache-2.0
/**
 * Implements {@link io.varve.core.spi.Storage} in memory: the executable specification, and the fastest
 * storage for tests.
 */
package io.varve.core.memory;
