// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.metadata.TopicConfigs;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/** Where settings come from, in the protocol's words. */
final class ConfigSources {
    private ConfigSources() {}

    static byte id(TopicConfigs.Source source) {
        return switch (source) {
            case TOPIC -> ConfigSource.TOPIC_CONFIG.id();
            case BROKER -> ConfigSource.STATIC_BROKER_CONFIG.id();
            case DEFAULT -> ConfigSource.DEFAULT_CONFIG.id();
        };
    }
}
