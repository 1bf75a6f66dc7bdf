// SPDX-License-Identifier: Apache-2.0
/**
 * Provides time, randomness, threads and fail points, so that a test can drive all other packages by hand.
 */
package io.varve.core.runtime;
