// SPDX-License-Identifier: Apache-2.0
/**
 * Random histories: steps made by chance from a seed, taken on the storage under test and on the memory storage side by side and compared
 * after each. One that tells the two apart is made as short as possible, and printed as it can be replayed.
 */
package io.varve.conformance.history;
