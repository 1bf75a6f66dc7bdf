// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.metadata.config.BrokerConfigs;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.errors.InvalidRequestException;

/** Settings of this broker, or of all brokers. */
record BrokerConfigTarget(int nodeId, BrokerConfigs broker) implements ConfigTarget {
    @Override
    public void checkName(String name) {
        if (!name.isEmpty()) {
            requireThisBroker(name, nodeId);
        }
    }

    /** Refuses a name that is not this broker's number. */
    static void requireThisBroker(String name, int nodeId) {
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new InvalidRequestException("Node id must be an integer, but it is: " + name);
        }
        if (id != nodeId) {
            throw new InvalidRequestException("Unexpected broker id, expected " + nodeId + ", but received " + name);
        }
    }

    @Override
    public int maxConfigured() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void requireList(String key, OpType operation) {
        broker.requireList(key, operation.name().toLowerCase(Locale.ROOT));
    }

    /** As in Kafka: the default, not what other layers say. */
    @Override
    public String inForce(String key, Map<String, String> own) {
        return own.getOrDefault(key, broker.byDefault(key));
    }

    @Override
    public void validate(String name, Map<String, String> wanted) {
        // Decided with the broker's settings before.
    }
}
