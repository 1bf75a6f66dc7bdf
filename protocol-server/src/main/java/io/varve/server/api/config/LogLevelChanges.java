// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.logging.LogLevels;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.LogLevelConfig;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;

/**
 * Changes the levels of this broker's loggers (KIP-412): all changes of a resource, or none. Thread-safe.
 *
 * @param nodeId id of this broker
 * @param levels the levels of its loggers
 */
record LogLevelChanges(int nodeId, LogLevels levels) {
    /**
     * @param name name of the resource: the id of the broker
     * @param operations the changes
     * @param validateOnly true to check the changes only
     * @throws org.apache.kafka.common.errors.ApiException if a change is invalid; no level has changed then
     */
    void apply(String name, Collection<AlterableConfig> operations, boolean validateOnly) {
        BrokerConfigTarget.requireThisBroker(name, nodeId, "Unexpected node id. Expected ");
        operations.forEach(this::check);
        if (!validateOnly) {
            for (AlterableConfig operation : operations) {
                if (operation.configOperation() == OpType.SET.id()) {
                    levels.set(operation.name(), operation.value());
                } else {
                    levels.unset(operation.name());
                }
            }
        }
    }

    private void check(AlterableConfig operation) {
        String logger = operation.name();
        OpType type = OpType.forId(operation.configOperation());
        if (type != OpType.SET && type != OpType.DELETE) {
            throw new InvalidRequestException(
                    type == null
                            ? "Unknown operation type " + operation.configOperation()
                                    + " is not allowed for the BROKER_LOGGER resource"
                            : type + " operation is not allowed for the BROKER_LOGGER resource");
        }
        if (levels.areFixed()) {
            throw new InvalidConfigurationException("The levels of loggers cannot be changed in this process: it logs"
                    + " by its own back end, not by the server's");
        }
        if (!levels.exists(logger)) {
            throw new InvalidConfigurationException("Logger " + logger + " does not exist!");
        }
        if (type == OpType.DELETE && logger.equals(LogLevels.ROOT)) {
            throw new InvalidRequestException(
                    "Removing the log level of the " + LogLevels.ROOT + " logger is not allowed");
        }
        Set<String> valid = LogLevelConfig.VALID_LOG_LEVELS;
        if (type == OpType.SET && !valid.contains(operation.value())) {
            throw new InvalidConfigurationException("Cannot set the log level of " + logger + " to "
                    + operation.value() + " as it is not a supported log level. Valid log levels are "
                    + String.join(", ", new TreeSet<>(valid)));
        }
    }
}
