// SPDX-License-Identifier: Apache-2.0
/**
 * Takes random steps, from a seed, on the storage under test and on the memory storage side by side, and
 * compares the two after each step. A history that tells the two apart is made as short as possible, and
 * printed as it can be replayed.
 */
package io.varve.conformance.history;
