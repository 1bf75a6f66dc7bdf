// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import io.varve.server.metadata.config.ConfigEntry.Source;
import io.varve.server.metadata.config.ConfigEntry.Synonym;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The broker's settings as they were set, one layer over the other. Immutable.
 *
 * @param broker set while running, on this broker; strongest
 * @param cluster set while running, on all brokers
 * @param file set in the server's properties; weakest
 */
public record BrokerConfigLayers(Map<String, String> broker, Map<String, String> cluster, Map<String, String> file) {
    /** Copies the layers. */
    public BrokerConfigLayers {
        broker = Map.copyOf(broker);
        cluster = Map.copyOf(cluster);
        file = Map.copyOf(file);
    }

    /**
     * @param file what is set in the server's properties, by key
     * @return these settings with nothing over them
     */
    public static BrokerConfigLayers ofFile(Map<String, String> file) {
        return new BrokerConfigLayers(Map.of(), Map.of(), file);
    }

    /**
     * @param names keys that stand for one setting, the strongest first
     * @return the values that are set: the strongest layer first, and within a layer in the order of
     *     {@code names}
     */
    List<Synonym> of(Collection<String> names) {
        List<Synonym> found = new ArrayList<>();
        collect(names, broker, Source.DYNAMIC_BROKER, found);
        collect(names, cluster, Source.DYNAMIC_DEFAULT, found);
        collect(names, file, Source.STATIC, found);
        return found;
    }

    private static void collect(
            Collection<String> names, Map<String, String> layer, Source source, List<Synonym> found) {
        for (String name : names) {
            String value = layer.get(name);
            if (value != null) {
                found.add(new Synonym(name, value, source));
            }
        }
    }

    /** @return each key's value in force, where one was set */
    Map<String, String> merged() {
        Map<String, String> merged = new HashMap<>(file);
        merged.putAll(cluster);
        merged.putAll(broker);
        return merged;
    }
}
