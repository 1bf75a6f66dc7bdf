// SPDX-License-Identifier: Apache-2.0
/**
 * Time, randomness, threads and failure injection, so that everything else can be driven by hand in a test.
 */
package io.varve.core.runtime;
