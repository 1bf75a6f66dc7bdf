// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import io.varve.server.api.RequestExtent;

/**
 * The network's limits on the requests of an API, and the thread that serves them. {@link ApiTable} lists the
 * policy of each API.
 *
 * @param size limit on the bytes of a request
 * @param maxElements max number of elements in all arrays of a request together, nested arrays and tagged
 *     fields included
 * @param thread the thread that runs the handler
 */
public record ApiPolicy(Size size, int maxElements, HandlerThread thread) {
    /** A limit on the bytes of a request, named by the setting it follows. */
    public enum Size {
        /** A sixteenth of {@code control.request.max.bytes}: the request names one or two things. */
        SMALL,
        /** {@code control.request.max.bytes}. */
        ORDINARY,
        /**
         * Four times {@code control.request.max.bytes}: the request describes many partitions, members or
         * topics.
         */
        LARGE,
        /**
         * {@code socket.request.max.bytes}: the request carries records. A connection serves such requests
         * concurrently; each other request waits until those before it have been served.
         */
        RECORDS
    }

    /** The thread that runs a handler. */
    public enum HandlerThread {
        /** Always the event loop of the connection: it alone uses the handler's state. */
        LOOP,
        /** A worker thread for a request that {@link RequestExtent#isLarge}, else the event loop. */
        WORKER_IF_LARGE,
        /**
         * Always a worker thread: the handler reads disks, decompresses, waits for directories, or works on
         * many elements.
         */
        WORKER
    }

    /**
     * @param extent extent of a request
     * @return true if a worker thread runs the handler of the request from the start
     */
    public boolean inBackground(RequestExtent extent) {
        return thread == HandlerThread.WORKER || thread == HandlerThread.WORKER_IF_LARGE && extent.isLarge();
    }
}
