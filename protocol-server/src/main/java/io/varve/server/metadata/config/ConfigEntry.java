// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import java.util.List;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/**
 * A setting with its value in force and where that comes from, as DescribeConfigs shows it.
 *
 * @param key its definition
 * @param value its value, or null
 * @param synonyms the values by precedence, the one in force first; may be empty
 */
public record ConfigEntry(ConfigKey key, String value, List<Synonym> synonyms) {
    /** Where a setting's value comes from. */
    public enum Source {
        /** Set on the topic. */
        TOPIC,
        /** Set on the group. */
        GROUP,
        /** Set on a subscription of clients' metrics. */
        CLIENT_METRICS,
        /** Set while running, on this broker. */
        DYNAMIC_BROKER,
        /** Set while running, on all brokers. */
        DYNAMIC_DEFAULT,
        /** Set in the server's properties. */
        STATIC,
        /** Not set; the default is in force. */
        DEFAULT
    }

    /**
     * A value a setting has or would have without the ones before it.
     *
     * @param name its key at the place it comes from
     * @param value its value there, in that key's unit, or null
     * @param source the place
     */
    public record Synonym(String name, String value, Source source) {}

    /** Copies the list. */
    public ConfigEntry {
        synonyms = List.copyOf(synonyms);
    }

    /** @return where the value comes from */
    public Source source() {
        return synonyms.isEmpty() ? Source.DEFAULT : synonyms.get(0).source();
    }
}
