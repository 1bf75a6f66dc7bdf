// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageSetting;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads a backend's values out of {@link io.varve.core.spi.StorageContext#properties}. A wrong value is a
 * MISUSE whose message has the key, the value and what would be right. Thread-safe.
 *
 * @param settings definitions of all keys, with defaults and allowed values
 * @param properties configuration by key
 */
public record StorageProperties(List<StorageSetting> settings, Map<String, String> properties) {
    /**
     * @param key a number's key
     * @return the value, or the default if it is absent
     * @throws StorageException MISUSE if the value is no number in the setting's range
     */
    public long number(String key) {
        StorageSetting setting = setting(key);
        return number(key, Long.parseLong(setting.byDefault()), setting.min(), setting.max());
    }

    /**
     * Reads a number whose default or range depends on other settings.
     *
     * @param key the setting
     * @param absent the value if the key is absent
     * @param min min value, inclusive
     * @param max max value, inclusive
     * @return the value
     * @throws StorageException MISUSE if the value is no number from {@code min} to {@code max}
     */
    public long number(String key, long absent, long min, long max) {
        String value = properties.get(key);
        if (value == null) {
            return absent;
        }
        try {
            long number = Long.parseLong(value.trim());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message for every wrong value
        }
        throw wrong(key, value, "a number from " + min + " to " + max);
    }

    /**
     * @param key a flag's key
     * @return the value, or the default if it is absent
     * @throws StorageException MISUSE if the value is neither true nor false
     */
    public boolean flag(String key) {
        String value = text(key);
        return switch (value.trim().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(key, value, "true or false");
        };
    }

    /**
     * @param key any key
     * @return the value as written, or the default if it is absent
     */
    public String text(String key) {
        return properties.getOrDefault(key, setting(key).byDefault());
    }

    /** @return the elements of a list, trimmed, without empty ones */
    public List<String> words(String key) {
        return List.of(text(key).split(",")).stream()
                .map(String::trim)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private StorageSetting setting(String key) {
        return settings.stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(key + " is not defined"));
    }

    /**
     * Makes the exception for a wrong value.
     *
     * @param key the setting
     * @param value the wrong value
     * @param right the allowed values, for the message
     * @return a MISUSE that names key, value and allowed values
     */
    public static StorageException wrong(String key, String value, String right) {
        return new StorageException(StorageException.Kind.MISUSE, key + " is '" + value + "', must be " + right);
    }
}
