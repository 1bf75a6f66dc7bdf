// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.config.ConfigResource;

/**
 * A change of the settings of one topic, broker, group or other resource.
 *
 * @param resource whose settings; a broker without a name stands for all brokers
 * @param change makes the wanted settings from the present ones, without changing its argument; may refuse
 *     with a Kafka {@link org.apache.kafka.common.errors.ApiException}
 * @param maxConfigured how many resources of this type may have settings: beyond that, one without settings
 *     gets none
 */
public record ConfigChange(ConfigResource resource, UnaryOperator<Map<String, String>> change, int maxConfigured) {
    /**
     * @param topic the topic's name
     * @param change makes the wanted settings from the present ones
     * @return the change of a topic's settings
     */
    public static ConfigChange ofTopic(String topic, UnaryOperator<Map<String, String>> change) {
        return new ConfigChange(new ConfigResource(ConfigResource.Type.TOPIC, topic), change, Integer.MAX_VALUE);
    }
}
