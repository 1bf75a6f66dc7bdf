// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

/**
 * Says how much in a second.
 *
 * @param perSecond above 0
 * @param unit of what
 */
public record Rate(double perSecond, Unit unit) {
    /** What a rate counts. */
    public enum Unit {
        /** Bytes of keys and values. */
        BYTES,
        /** Records. */
        RECORDS
    }
}
