// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import java.util.Locale;
import java.util.Map;

/**
 * Reads a backend's values out of {@link StorageContext#properties}. A wrong one is a MISUSE that names the key, the value and what would be
 * right. Thread-safe.
 *
 * @param properties configuration by key
 */
public record StorageProperties(Map<String, String> properties) {
    /**
     * @param key the setting
     * @param absent what holds when it is absent
     * @param min lowest value allowed, inclusive
     * @param max highest value allowed, inclusive
     * @return the value
     * @throws StorageException MISUSE if it is no number from {@code min} to {@code max}
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
     * @param key the setting
     * @return the value, false when it is absent
     * @throws StorageException MISUSE if it is neither true nor false
     */
    public boolean flag(String key) {
        String value = text(key, "false");
        return switch (value.trim().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(key, value, "true or false");
        };
    }

    /**
     * @param key the setting
     * @param absent what holds when it is absent
     * @return the value
     */
    public String text(String key, String absent) {
        return properties.getOrDefault(key, absent);
    }

    /**
     * @param key the setting
     * @param value what it is
     * @param right what it must be, in words
     * @return what to throw
     */
    public static StorageException wrong(String key, String value, String right) {
        return new StorageException(StorageException.Kind.MISUSE, key + " is '" + value + "', must be " + right);
    }
}
