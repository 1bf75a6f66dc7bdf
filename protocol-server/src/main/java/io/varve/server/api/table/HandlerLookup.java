// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import io.varve.server.api.ApiHandler;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** Finds the handler of an API and version. Immutable. */
public final class HandlerLookup {
    private final Map<ApiKeys, ServedApi> apis = new EnumMap<>(ApiKeys.class);

    /**
     * @param apis all APIs that are served
     * @throws IllegalArgumentException if an API occurs twice
     */
    public HandlerLookup(Collection<ServedApi> apis) {
        for (ServedApi served : apis) {
            ApiKeys api = served.versions().api();
            if (this.apis.put(api, served) != null) {
                throw new IllegalArgumentException("two handlers for " + api);
            }
        }
    }

    /**
     * @param api an API
     * @param version any value
     * @return the handler, or null when the version is not served
     */
    public ApiHandler find(ApiKeys api, short version) {
        ServedApi served = apis.get(api);
        return served != null && served.versions().includes(version) ? served.handler() : null;
    }
}
