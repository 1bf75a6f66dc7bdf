// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

/**
 * The broker's limits on fetches.
 *
 * @param maxBytes max bytes of records in a response ({@code fetch.max.bytes}), at least 1024; the first
 *     batch may exceed it
 * @param sessionSlots max number of incremental fetch sessions, 0 or more
 *     ({@code max.incremental.fetch.session.cache.slots})
 */
public record FetchConfig(int maxBytes, int sessionSlots) {
    /** Kafka's defaults: 55 MiB, 1000 sessions. */
    public static final FetchConfig DEFAULT = new FetchConfig(55 << 20, 1000);

    /** @throws IllegalArgumentException if a value is out of its range */
    public FetchConfig {
        if (maxBytes < 1024) {
            throw new IllegalArgumentException("fetch.max.bytes is " + maxBytes + ", must be at least 1024");
        }
        if (sessionSlots < 0) {
            throw new IllegalArgumentException(
                    "max.incremental.fetch.session.cache.slots is " + sessionSlots + ", must be 0 or more");
        }
    }
}
