// SPDX-License-Identifier: Apache-2.0
/**
 * Cuts the power under a backend. Its data lies on a file system in an image file; a reflink copy of the
 * image, taken at a random moment under load, is what a power cut at that moment would have left.
 */
package io.varve.conformance.powercut;
