// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.errors.InvalidConfigurationException;

/** What resources of one type can be set to. Refuses with Kafka's exceptions. Thread-safe. */
interface ConfigTarget {
    /** Refuses if there can be no such resource. */
    void checkName(String name);

    /** @return of how many resources of the type settings are kept */
    int maxConfigured();

    /**
     * Refuses if a setting's value is not a list, so that nothing can be appended to it or subtracted from
     * it.
     */
    void requireList(String key, OpType operation);

    /**
     * @param key a setting whose value is a list
     * @param own the resource's own settings
     * @return its value in force, or null
     */
    String inForce(String key, Map<String, String> own);

    /** Refuses settings that are not allowed. Topics' and brokers' are refused where they are decided. */
    void validate(String name, Map<String, String> wanted);

    /** Refuses unless the type is that of a list, as Kafka does for what is not a broker's. */
    static void requireList(boolean list, String key, OpType operation) {
        if (!list) {
            throw new InvalidConfigurationException(
                    "Can't " + operation + " to key " + key + " because its type is not " + ConfigDef.Type.LIST + ".");
        }
    }
}
