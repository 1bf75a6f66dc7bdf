// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

/**
 * Strikes the requests of a storage to its remote tier. Checks that need it are skipped where it is {@link
 * #NONE}.
 */
public interface TierFaults {
    /** What happens to a request. */
    enum Kind {
        /** The tier is away. */
        UNREACHABLE,
        /** Too many requests: nothing was done. */
        REFUSED,
        /** The request was carried out, and its answer was lost. */
        REPLY_LOST,
        /** The answer ends in its middle. */
        CUT_ANSWER,
        /** A bit of the answer is flipped. */
        WRONG_ANSWER,
        /** The answer comes late. */
        SLOW,
        /** The credentials are refused. */
        DENIED
    }

    /**
     * Strikes requests from now on, in addition to what strikes already.
     *
     * @param chance of each request, from 0 to 1
     * @return false if this rig cannot strike requests
     */
    boolean strike(Kind kind, double chance);

    /** @return how many requests were struck so far */
    long struck();

    /** @return what to say of a failure, such as a seed */
    String describe();

    /** Ends all faults. Idempotent. */
    void heal();

    /** Strikes nothing. */
    TierFaults NONE = new TierFaults() {
        @Override
        public boolean strike(Kind kind, double chance) {
            return false;
        }

        @Override
        public long struck() {
            return 0;
        }

        @Override
        public String describe() {
            return "no faults";
        }

        @Override
        public void heal() {}
    };
}
