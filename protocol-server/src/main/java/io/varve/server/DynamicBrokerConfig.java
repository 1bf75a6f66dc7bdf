// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.engine.LogEngine;
import io.varve.server.metadata.config.BrokerConfigs;
import io.varve.server.metadata.config.ConfigListener;
import io.varve.server.net.NetServer;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;

/** Applies what is set of the broker while it runs to the parts that are not topics. */
record DynamicBrokerConfig(BrokerConfigs broker, NetServer net, LogEngine engine) implements ConfigListener {
    @Override
    public void changed(ConfigResource resource, Map<String, String> configs) {
        if (resource.type() == ConfigResource.Type.BROKER) {
            net.limitConnections(
                    Math.toIntExact(broker.number("max.connections")),
                    Math.toIntExact(broker.number("max.connections.per.ip")));
            engine.rememberProducers(broker.number("producer.id.expiration.ms"));
        }
    }
}
