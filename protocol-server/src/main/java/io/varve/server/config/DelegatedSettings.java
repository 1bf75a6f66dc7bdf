// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.server.metadata.log.MetadataException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;

/** Has other packages validate their keys, and says in their errors which key it was and where it is set. */
final class DelegatedSettings {
    private DelegatedSettings() {}

    /**
     * @param parse reads a package's keys from all settings; its errors may leave out the key, as Kafka's do
     *     where one of its classes reads a value
     * @return what it returns
     * @throws ConfigError if it fails, naming the key
     */
    static <T> T parse(PropertySources settings, Function<Map<String, String>, T> parse) {
        try {
            return parse.apply(settings.all());
        } catch (KafkaException | IllegalArgumentException e) {
            if (named(settings, e).isPresent()) {
                throw error(settings, e);
            }
            throw culprit(settings, parse)
                    .map(key -> settings.wrong(key, "another value: " + e.getMessage()))
                    .orElseGet(() -> error(settings, e));
        }
    }

    /**
     * @param parse its errors name key and value
     * @return what it returns
     * @throws ConfigError if it fails
     */
    static <T> T checked(PropertySources settings, Supplier<T> parse) {
        try {
            return parse.get();
        } catch (KafkaException | MetadataException e) {
            throw error(settings, e);
        }
    }

    private static ConfigError error(PropertySources settings, RuntimeException e) {
        String source = named(settings, e).map(settings::source).orElse(settings.file());
        return new ConfigError(source + ": " + e.getMessage());
    }

    /** @return the first key that the message names, of those that are set */
    private static Optional<String> named(PropertySources settings, RuntimeException e) {
        return Stream.of(e.getMessage().split("[\\s:=]+"))
                .filter(settings.all()::containsKey)
                .findFirst();
    }

    /** @return the key without which there is no error */
    private static Optional<String> culprit(PropertySources settings, Function<Map<String, String>, ?> parse) {
        return settings.all().keySet().stream()
                .sorted()
                .filter(key -> {
                    Map<String, String> others = new HashMap<>(settings.all());
                    others.remove(key);
                    try {
                        parse.apply(others);
                        return true;
                    } catch (KafkaException | IllegalArgumentException e) {
                        return false; // another key is wrong, perhaps besides this one
                    }
                })
                .findFirst();
    }
}
