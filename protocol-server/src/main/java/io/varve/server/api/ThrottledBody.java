// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

/** A response of a layout that Kafka has given up, which may tell the client for how long it is held back. */
public interface ThrottledBody {
    /** @param ms ms for which the client is held back; has no effect where the layout has no field for it */
    void throttleTimeMs(int ms);
}
