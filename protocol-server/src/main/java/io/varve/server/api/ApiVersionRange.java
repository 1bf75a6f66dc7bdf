// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import org.apache.kafka.common.protocol.ApiKeys;

/**
 * The versions of an API that the server serves.
 *
 * @param api the API
 * @param first lowest version, inclusive
 * @param last highest version, inclusive
 */
public record ApiVersionRange(ApiKeys api, short first, short last) {
    /**
     * @throws IllegalArgumentException if the range is empty, or Kafka has never had such versions
     */
    public ApiVersionRange {
        if (first > last || first < 0 || last > api.latestVersion()) {
            throw new IllegalArgumentException("versions " + first + " to " + last + " of " + api
                    + ": must be within 0 to " + api.latestVersion());
        }
    }

    /**
     * @param version any value
     * @return true if the version is served
     */
    public boolean includes(short version) {
        return first <= version && version <= last;
    }
}
