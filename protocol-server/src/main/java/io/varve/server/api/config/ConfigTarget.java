// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.errors.InvalidConfigurationException;

/**
 * Checks changes of settings for one type of resource. Refuses a change by an exception of Kafka's.
 * Thread-safe.
 */
interface ConfigTarget {
    /** Refuses a name that no resource of the type can have. */
    void checkName(String name);

    /** @return max number of resources of the type that have settings of their own */
    int maxConfigured();

    /** Refuses an operation on a list when the value of the setting is not a list. */
    void requireList(String key, OpType operation);

    /**
     * @param key key of a setting whose value is a list
     * @param own the settings of the resource itself
     * @return the effective value of the setting, or null when it has none
     */
    String effectiveValue(String key, Map<String, String> own);

    /**
     * Refuses invalid settings of the resource. The metadata validates settings of topics and brokers itself,
     * when it decides the change.
     */
    void validate(String name, Map<String, String> wanted);

    /** Refuses an operation on a list unless the setting is a list, in Kafka's words for all but brokers. */
    static void requireList(boolean list, String key, OpType operation) {
        if (!list) {
            throw new InvalidConfigurationException(
                    "Can't " + operation + " to key " + key + " because its type is not " + ConfigDef.Type.LIST + ".");
        }
    }
}
