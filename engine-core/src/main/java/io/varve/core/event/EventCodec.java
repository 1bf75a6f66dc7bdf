// SPDX-License-Identifier: Apache-2.0
package io.varve.core.event;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes events as record batches and reads them back. Thread-safe.
 *
 * @param <E> an event
 */
public interface EventCodec<E> {
    /** Receives the events of each batch. */
    @FunctionalInterface
    interface Sink<E> {
        /**
         * @param events the batch's events, in order
         * @param nextOffset offset after the batch
         */
        void batch(List<E> events, long nextOffset);
    }

    /**
     * @param events the events, at least one
     * @return one v2 batch from position to limit, writable, one record per event
     */
    ByteBuffer encode(List<E> events);

    /**
     * @param batches whole batches as {@link #encode} made them, offsets assigned
     * @param sink takes each batch in order
     * @throws RuntimeException if a batch cannot be decoded; the message names the offset
     */
    void decode(ByteBuffer batches, Sink<E> sink);
}
