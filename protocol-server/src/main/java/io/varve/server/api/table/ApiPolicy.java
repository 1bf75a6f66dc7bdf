// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import io.varve.server.api.RequestExtent;

/**
 * How the network treats the requests of an API, before and beside its handler. {@link ApiTable} has the
 * policy of each.
 *
 * @param size how large a request may be
 * @param maxElements max elements of all its arrays together, those of arrays in arrays and tagged fields
 *     included
 * @param thread which thread runs the handler
 */
public record ApiPolicy(Size size, int maxElements, HandlerThread thread) {
    /** How large requests may be. */
    public enum Size {
        /** Names a thing or two: a sixteenth of {@code control.request.max.bytes}. */
        SMALL,
        /** {@code control.request.max.bytes}. */
        ORDINARY,
        /**
         * Has something to say of each of many partitions, members or topics: four times
         * {@code control.request.max.bytes}.
         */
        LARGE,
        /**
         * Carries records: {@code socket.request.max.bytes}. Such requests of one connection are under way
         * together; all others wait for those before them.
         */
        RECORDS
    }

    /** Which thread runs a handler. */
    public enum HandlerThread {
        /** The connection's event loop, always: the handler's state belongs to it. */
        LOOP,
        /**
         * The connection's event loop, but a worker thread for a request that {@link RequestExtent#isLarge}.
         */
        WORKER_IF_LARGE,
        /**
         * A worker thread: what reads disks, decompresses, waits for directories, or does something for each
         * of many elements.
         */
        WORKER
    }

    /**
     * @param extent of a request
     * @return true if its handler runs on a worker thread, whatever the handler itself finds
     */
    public boolean inBackground(RequestExtent extent) {
        return thread == HandlerThread.WORKER || thread == HandlerThread.WORKER_IF_LARGE && extent.isLarge();
    }
}
