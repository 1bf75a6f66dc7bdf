// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.provider.ConfigProvider;
import org.apache.kafka.common.utils.Utils;

/**
 * Replaces variables in settings, such as {@code ${env:NAME}} and {@code ${file:/path:key}}, by what Kafka's
 * providers of configuration give ({@code config.providers}), so that secrets need not be in the file.
 */
final class ConfigVariables {
    private static final String CLASS = ".class";
    private static final String PARAMETER = ".param.";

    private ConfigVariables() {}

    /**
     * @param settings settings as they are written
     * @return those with variables, without them
     * @throws ConfigError if a provider cannot be made or asked, or a variable has no value
     */
    static Map<String, String> resolve(PropertySources settings) {
        Map<String, ConfigProvider> providers = new HashMap<>();
        try {
            for (String name : BrokerConfigDef.listItems(settings.get(BrokerConfigDef.CONFIG_PROVIDERS))) {
                providers.put(name, provider(settings, name));
            }
            return providers.isEmpty() ? Map.of() : resolve(settings, providers);
        } finally {
            providers.values().forEach(provider -> Utils.closeQuietly(provider, "config provider"));
        }
    }

    private static ConfigProvider provider(PropertySources settings, String name) {
        String prefix = BrokerConfigDef.CONFIG_PROVIDERS + "." + name;
        String type = settings.get(prefix + CLASS);
        if (type == null) {
            throw settings.wrong(
                    BrokerConfigDef.CONFIG_PROVIDERS, "names each of which has its class in " + prefix + CLASS);
        }
        Map<String, String> parameters = new HashMap<>();
        settings.all().forEach((key, value) -> {
            if (key.startsWith(prefix + PARAMETER)) {
                parameters.put(key.substring(prefix.length() + PARAMETER.length()), value);
            }
        });
        try {
            ConfigProvider provider = Utils.newInstance(type, ConfigProvider.class);
            provider.configure(parameters);
            return provider;
        } catch (ClassNotFoundException | RuntimeException e) {
            throw settings.wrong(
                    prefix + CLASS,
                    "a class like " + "org.apache.kafka.common.config.provider.EnvVarConfigProvider"
                            + " that can be made: " + e.getMessage());
        }
    }

    private static Map<String, String> resolve(PropertySources settings, Map<String, ConfigProvider> providers) {
        Map<String, String> written = new HashMap<>(settings.all());
        written.keySet().removeIf(key -> key.startsWith(BrokerConfigDef.CONFIG_PROVIDERS));
        Map<String, String> resolved = new TreeMap<>();
        try {
            resolved.putAll(new ConfigTransformer(providers).transform(written).data());
        } catch (KafkaException e) {
            throw new ConfigError(settings.file() + ": a variable has no value: " + e.getMessage());
        }
        resolved.entrySet().removeIf(setting -> setting.getValue().equals(written.get(setting.getKey())));
        written.forEach((key, text) -> {
            for (Matcher variable = ConfigTransformer.DEFAULT_PATTERN.matcher(text); variable.find(); ) {
                boolean isKnown = providers.containsKey(variable.group(1));
                if (isKnown && resolved.getOrDefault(key, text).contains(variable.group())) {
                    throw settings.wrong(key, "without " + variable.group() + ", which has no value");
                }
            }
        });
        return resolved;
    }
}
