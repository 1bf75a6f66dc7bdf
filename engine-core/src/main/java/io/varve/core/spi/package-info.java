// SPDX-License-Identifier: Apache-2.0
/**
 * Defines the SPI of storage backends. A backend stores bytes; the engine owns their meaning. The Javadoc of
 * these types is the contract, and the conformance kit checks it.
 */
package io.varve.core.spi;
