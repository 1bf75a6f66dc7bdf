// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.metadata.config.BrokerConfigs;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * Checks changes of the settings of this broker, or of all brokers.
 *
 * @param nodeId id of this broker
 * @param broker definitions and values of its settings
 */
record BrokerConfigTarget(int nodeId, BrokerConfigs broker) implements ConfigTarget {
    @Override
    public void checkName(String name) {
        if (!name.isEmpty()) {
            requireThisBroker(name, nodeId, "Unexpected broker id, expected ");
        }
    }

    /**
     * @param refusal beginning of Kafka's text for another broker's id
     * @throws InvalidRequestException if a name is not this broker's id
     */
    static void requireThisBroker(String name, int nodeId, String refusal) {
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new InvalidRequestException("Node id must be an integer, but it is: " + name);
        }
        if (id != nodeId) {
            throw new InvalidRequestException(refusal + nodeId + ", but received " + name);
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

    /** Falls back to the default, as Kafka does, and not to the values of other sources. */
    @Override
    public String effectiveValue(String key, Map<String, String> own) {
        return own.getOrDefault(key, broker.byDefault(key));
    }

    @Override
    public void validate(String name, Map<String, String> wanted) {
        // The metadata validates broker settings when it decides the change.
    }
}
