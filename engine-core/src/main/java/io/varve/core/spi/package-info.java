// SPDX-License-Identifier: Apache-2.0
/**
 * The storage SPI: what a backend implements. A backend moves bytes; the engine owns their meaning. The
 * Javadoc of these types is the contract, and the conformance kit checks it.
 */
package io.varve.core.spi;
