// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;

/** Learns of settings other than topics'. Called by one thread at a time, which must not be held up. */
@FunctionalInterface
public interface ConfigListener {
    /**
     * @param resource a broker, a group, or a subscription of client metrics; a broker without a name stands
     *     for all brokers
     * @param configs its own settings now; empty when it has none any more
     */
    void changed(ConfigResource resource, Map<String, String> configs);
}
