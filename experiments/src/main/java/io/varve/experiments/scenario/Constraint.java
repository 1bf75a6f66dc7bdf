// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

/**
 * Says what a policy must keep to pass.
 *
 * @param text as it stands in the file
 * @param measure what is measured
 * @param comparison how it is compared
 * @param limit in the measure's unit
 */
public record Constraint(String text, Measure measure, Comparison comparison, double limit) {
    /** Names what is measured over a whole run. */
    public enum Measure {
        /** Records that consumers missed, in total. */
        LOST_RECORDS,
        /** 99th percentile of the time to the first byte of a read, over all consumers and tiers, in ms. */
        FIRST_BYTE,
        /**
         * The smallest age, in ms, that the oldest readable record of any partition had at a sample, once
         * the run was older than the limit.
         */
        OLDEST_RECORD,
        /** Dollars a month. */
        COST,
        /** The most bytes on the local disk at any sample. */
        LOCAL_BYTES,
        /** The most bytes in the bucket at any sample. */
        REMOTE_BYTES,
        /** The largest time by which any consumer was behind, in ms. */
        LAG,
        /** Bytes written to the local disk for each byte produced. */
        WRITE_AMPLIFICATION
    }

    /** Compares a measured value with the limit. */
    public enum Comparison {
        /** Below the limit. */
        BELOW("<"),
        /** At most the limit. */
        AT_MOST("<="),
        /** Above the limit. */
        ABOVE(">"),
        /** At least the limit. */
        AT_LEAST(">=");

        private final String sign;

        Comparison(String sign) {
            this.sign = sign;
        }

        /** @return as it is written */
        public String sign() {
            return sign;
        }
    }

    /**
     * @param measured in the measure's unit
     * @return true if the policy passes
     */
    public boolean holds(double measured) {
        return switch (comparison) {
            case BELOW -> measured < limit;
            case AT_MOST -> measured <= limit;
            case ABOVE -> measured > limit;
            case AT_LEAST -> measured >= limit;
        };
    }
}
