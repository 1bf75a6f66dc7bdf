// SPDX-License-Identifier: Apache-2.0
/**
 * The storage SPI: what a backend implements. A backend moves bytes; the engine owns their meaning. The javadoc of these
 * types is the law, and the conformance kit is its police.
 */
package io.varve.core.spi;
