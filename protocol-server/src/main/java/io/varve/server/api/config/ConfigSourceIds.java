// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.metadata.config.ConfigEntry;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/** Translates the sources of settings into the ids of Kafka's protocol. Stateless. */
public final class ConfigSourceIds {
    private ConfigSourceIds() {}

    /**
     * @param source the source of a setting
     * @return its id in the protocol
     */
    public static byte id(ConfigEntry.Source source) {
        return switch (source) {
            case TOPIC -> ConfigSource.TOPIC_CONFIG.id();
            case GROUP -> ConfigSource.GROUP_CONFIG.id();
            case CLIENT_METRICS -> ConfigSource.CLIENT_METRICS_CONFIG.id();
            case DYNAMIC_BROKER -> ConfigSource.DYNAMIC_BROKER_CONFIG.id();
            case DYNAMIC_DEFAULT -> ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.id();
            case STATIC -> ConfigSource.STATIC_BROKER_CONFIG.id();
            case DEFAULT -> ConfigSource.DEFAULT_CONFIG.id();
        };
    }
}
