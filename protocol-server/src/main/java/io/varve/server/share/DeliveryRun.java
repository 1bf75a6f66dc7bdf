// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import io.varve.server.share.state.ShareStateStore.StoredRun;

/**
 * A run of neighbouring offsets whose records are in the same state. Not thread-safe: guarded as the
 * {@link InFlightWindow} it belongs to.
 */
final class DeliveryRun {
    final long first;
    long last;
    DeliveryState state;
    int deliveries;
    /** Number of offsets that were acquired together, of which this run may be a part. */
    int acquiredTogether;
    /** The member that holds the lock of an acquired run, else null. */
    String member;
    /** When the lock of an acquired run ends, in the clock's nanos. */
    long lockedUntil;
    /** The state that the run gets once it is stored; null if none is being stored. */
    DeliveryState target;

    /**
     * @param first first offset, inclusive
     * @param last last offset, inclusive
     * @param deliveries how often the records were delivered, 0 or more
     * @param acquiredTogether number of offsets that were acquired together
     */
    DeliveryRun(long first, long last, DeliveryState state, int deliveries, int acquiredTogether) {
        this.first = first;
        this.last = last;
        this.state = state;
        this.deliveries = deliveries;
        this.acquiredTogether = acquiredTogether;
    }

    /**
     * Makes this run end before an offset.
     *
     * @param at an offset in this run, not the first; no state is being stored
     * @return the rest, which begins there
     */
    DeliveryRun splitAt(long at) {
        DeliveryRun rest = new DeliveryRun(at, last, state, deliveries, acquiredTogether);
        rest.member = member;
        rest.lockedUntil = lockedUntil;
        last = at - 1;
        return rest;
    }

    /** @return true if the records may be acquired now */
    boolean isAvailable() {
        return state == DeliveryState.AVAILABLE && target == null;
    }

    /** @return true if the records are never delivered again, and that is stored */
    boolean isOver() {
        return state.isFinal() && target == null;
    }

    /** @return true if the records are never delivered again, stored or being stored */
    boolean isCompleted() {
        return target == null ? state.isFinal() : target.isFinal();
    }

    /** Locks the records for a member, which gets them. */
    void acquire(String by, long until) {
        state = DeliveryState.ACQUIRED;
        deliveries++;
        member = by;
        lockedUntil = until;
    }

    /** Gives up the lock. */
    void moveTo(DeliveryState next) {
        state = next;
        target = null;
        member = null;
    }

    /** @return what is stored of the run from an offset on, once it is in a state */
    StoredRun stored(long from, DeliveryState then) {
        return new StoredRun(Math.max(first, from), last, then.id(), (short) deliveries);
    }

    /** @return true if both may be one run */
    boolean isLike(DeliveryRun next) {
        if (target != null || next.target != null || last + 1 != next.first) {
            return false;
        }
        return state.isFinal() && next.state.isFinal()
                || state == DeliveryState.AVAILABLE
                        && next.state == DeliveryState.AVAILABLE
                        && deliveries == next.deliveries
                        && acquiredTogether == next.acquiredTogether;
    }
}
