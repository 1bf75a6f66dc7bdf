// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

/**
 * Says which keys records have.
 *
 * @param cardinality how many keys, 0 for records without one
 * @param skew exponent of Zipf's law: the key of rank r comes in proportion to {@code 1 / r^skew}; 0 for
 *     keys that come equally often
 */
public record KeySpec(long cardinality, double skew) {
    /** Records without keys. */
    public static final KeySpec NONE = new KeySpec(0, 0);
}
