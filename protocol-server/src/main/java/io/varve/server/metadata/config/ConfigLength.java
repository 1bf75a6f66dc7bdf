// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import java.util.Map;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.utils.Utils;

/**
 * Bounds the values of settings by what a string of Kafka's messages can carry: a client that appends to a
 * list can make a longer one, which could neither be stored nor described. Stateless.
 */
final class ConfigLength {
    /** Max length of a value, in bytes of UTF-8. */
    static final int MAX = Short.MAX_VALUE;

    private ConfigLength() {}

    /**
     * Checks settings that are set now. Stored ones stay.
     *
     * @param changed values by name; null values are another check's
     * @throws InvalidConfigurationException naming the setting whose value is too long
     */
    static void check(Map<String, String> changed) {
        changed.forEach((name, value) -> {
            if (value != null && Utils.utf8Length(value) > MAX) {
                throw new InvalidConfigurationException("Invalid value for configuration " + name + ": it has "
                        + Utils.utf8Length(value) + " bytes, more than " + MAX);
            }
        });
    }
}
