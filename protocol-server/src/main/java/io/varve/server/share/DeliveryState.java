// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

/** How far the delivery of a record to a share group is. */
enum DeliveryState {
    /** To be delivered, for the first time or again. */
    AVAILABLE(0),
    /** Delivered to a member, which holds a lock on it for a limited time. */
    ACQUIRED(1),
    /** Accepted by a member: never delivered again. */
    ACKNOWLEDGED(2),
    /** Rejected, delivered too often, or no longer there: never delivered again. */
    ARCHIVED(4);

    private final byte id;

    DeliveryState(int id) {
        this.id = (byte) id;
    }

    /** @return the number that Kafka stores */
    byte id() {
        return id;
    }

    /**
     * @param id a stored number
     * @return the state
     * @throws IllegalArgumentException if no state has the number
     */
    static DeliveryState of(byte id) {
        for (DeliveryState state : values()) {
            if (state.id == id) {
                return state;
            }
        }
        throw new IllegalArgumentException("no delivery state has the number " + id);
    }

    /** @return true if a record in this state is never delivered again */
    boolean isFinal() {
        return this == ACKNOWLEDGED || this == ARCHIVED;
    }
}
