// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

/**
 * Says which records are not stamped with the time they are written at.
 *
 * @param late records stamped with an earlier time
 * @param future records stamped with a later time
 */
public record TimestampSpec(Shift late, Shift future) {
    /** Every record is stamped with the time it is written at. */
    public static final TimestampSpec EXACT = new TimestampSpec(Shift.NONE, Shift.NONE);

    /**
     * @param share of the records, 0 to 1
     * @param byMs how far at most, in ms; evenly between 0 and this
     */
    public record Shift(double share, long byMs) {
        /** No record. */
        public static final Shift NONE = new Shift(0, 0);
    }
}
