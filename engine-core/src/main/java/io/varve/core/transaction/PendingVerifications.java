// SPDX-License-Identifier: Apache-2.0
package io.varve.core.transaction;

import java.util.HashMap;
import java.util.Map;

/**
 * Remembers the producers whose transactions are being verified in one partition (KIP-890). An entry lives
 * from the request to the coordinator until the producer's transaction has records here, or ends. Not
 * thread-safe.
 *
 * <p>An entry keeps the lowest sequence of all requests. When the verification of that batch failed and that
 * of a later batch succeeded, the later batch must not begin the transaction: the earlier one would be out of
 * order for ever.
 */
public final class PendingVerifications {
    /** Stands for the sequence of a batch without sequences. */
    public static final int NO_SEQUENCE = -1;

    private Map<Long, ProducerVerification> entries = Map.of();

    /** Remembers the verification of one producer. */
    public static final class ProducerVerification {
        private final VerificationGuard guard = new VerificationGuard();
        private final long begun;
        private final boolean epochBumps;
        private short epoch;
        private int lowestSequence;

        private ProducerVerification(long begun, short epoch, int sequence, boolean epochBumps) {
            this.begun = begun;
            this.epoch = epoch;
            this.lowestSequence = sequence;
            this.epochBumps = epochBumps;
        }

        private void note(short asked, int sequence) {
            boolean lower = sequence != NO_SEQUENCE && (lowestSequence == NO_SEQUENCE || sequence < lowestSequence);
            if (asked > epoch || asked == epoch && lower) {
                epoch = asked;
                lowestSequence = sequence;
            }
        }

        /** @return true if the producer begins every transaction with a new epoch, and thus at sequence 0 */
        public boolean epochBumps() {
            return epochBumps;
        }

        /** @return the lowest sequence of all requests, or {@link #NO_SEQUENCE} */
        public int lowestSequence() {
            return lowestSequence;
        }
    }

    /**
     * Begins a verification, or joins the pending one.
     *
     * @param producer the producer
     * @param epoch its epoch
     * @param sequence sequence of the first record to append, or {@link #NO_SEQUENCE}
     * @param epochBumps whether each transaction raises the producer's epoch
     * @param now ms by the clock of {@link #expire}
     * @return the guard to pass to the append; one guard for as long as the producer's verification is
     *     pending
     */
    public VerificationGuard begin(long producer, short epoch, int sequence, boolean epochBumps, long now) {
        if (entries.isEmpty()) {
            entries = new HashMap<>();
        }
        ProducerVerification entry =
                entries.computeIfAbsent(producer, id -> new ProducerVerification(now, epoch, sequence, epochBumps));
        entry.note(epoch, sequence);
        return entry.guard;
    }

    /**
     * @param producer a producer
     * @return its entry, or null
     */
    public ProducerVerification of(long producer) {
        return entries.get(producer);
    }

    /**
     * @param producer a producer
     * @param guard the guard of an append
     * @return true if the guard is the producer's, and its transaction neither began nor ended since
     */
    public boolean holds(long producer, VerificationGuard guard) {
        ProducerVerification entry = entries.get(producer);
        return entry != null && entry.guard == guard;
    }

    /**
     * Ends the verification of a producer, if there is one.
     *
     * @param producer the producer whose transaction has records here now, or has ended
     */
    public void end(long producer) {
        if (!entries.isEmpty()) {
            entries.remove(producer);
        }
    }

    /**
     * Forgets verifications that began before a time.
     *
     * @param before ms by the clock of {@link #begin}
     */
    public void expire(long before) {
        if (!entries.isEmpty()) {
            entries.values().removeIf(entry -> entry.begun < before);
        }
    }
}
