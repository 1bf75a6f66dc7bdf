// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** Every API this server speaks: key, handler, version range. ApiVersions is built from it and is part of it. Immutable. */
public final class ServedApis {
    private final Map<ApiKeys, ApiHandler> handlers = new EnumMap<>(ApiKeys.class);

    /**
     * @param handlers one per API, without ApiVersions
     * @param features what ApiVersions says besides the versions
     * @throws IllegalArgumentException if two handlers serve one API, or one's version range is empty or not parseable
     */
    public ServedApis(List<? extends ApiHandler> handlers, Features features) {
        handlers.forEach(this::add);
        add(new ApiVersionsHandler(this.handlers.values(), features));
    }

    private void add(ApiHandler handler) {
        ApiKeys api = handler.api();
        if (handler.minVersion() > handler.maxVersion()
                || handler.minVersion() < api.oldestVersion()
                || handler.maxVersion() > api.latestVersion()) {
            throw new IllegalArgumentException("handler of " + api + " claims versions " + handler.minVersion() + " to "
                    + handler.maxVersion() + ", outside " + api.oldestVersion() + " to " + api.latestVersion());
        }
        if (handlers.put(api, handler) != null) {
            throw new IllegalArgumentException("two handlers for " + api);
        }
    }

    /** @return the handlers in order of API key */
    public Collection<ApiHandler> handlers() {
        return Collections.unmodifiableCollection(handlers.values());
    }

    /**
     * @param api an API
     * @param version any value
     * @return who serves that version, or null
     */
    public ApiHandler find(ApiKeys api, short version) {
        ApiHandler handler = handlers.get(api);
        return handler != null && handler.minVersion() <= version && version <= handler.maxVersion() ? handler : null;
    }
}
