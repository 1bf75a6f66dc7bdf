// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * Parses {@code max.connections.per.ip.overrides} as Kafka does, and refuses what cannot be parsed. Whether a
 * host exists is not looked up. Stateless.
 */
public final class ConnectionOverrides implements ConfigDef.Validator {
    private static final String ALLOWED = "a list of address:number or host:number";
    private static final Pattern ITEM = Pattern.compile("([0-9a-zA-Z\\-%._:\\[\\]]+?)\\s*:\\s*([^:\\s]+)");

    /**
     * @param text items {@code address:number} or {@code host:number}, separated by commas; the last of an
     *     address counts
     * @return max connections by address or name
     * @throws ConfigException if an item is something else
     */
    public static Map<String, Integer> parse(String text) {
        Map<String, Integer> limits = new HashMap<>();
        for (String item : BrokerConfigDef.listItems(text)) {
            Matcher parts = ITEM.matcher(item);
            if (!parts.matches()) {
                throw wrong(text);
            }
            try {
                limits.put(parts.group(1), Integer.parseInt(parts.group(2)));
            } catch (NumberFormatException e) {
                throw wrong(text);
            }
        }
        return Map.copyOf(limits);
    }

    private static ConfigException wrong(String text) {
        return new ConfigException(BrokerConfigDef.PER_IP_OVERRIDES, text, "must be " + ALLOWED);
    }

    @Override
    public void ensureValid(String name, Object value) {
        if (value != null) {
            parse((String) value);
        }
    }

    @Override
    public String toString() {
        return ALLOWED;
    }
}
