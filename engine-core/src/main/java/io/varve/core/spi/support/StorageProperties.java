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
     * @param preset what holds when it is absent
     * @param least lowest value allowed, inclusive
     * @param most highest value allowed, inclusive
     * @return the value
     * @throws StorageException MISUSE if it is no number from {@code least} to {@code most}
     */
    public long number(String key, long preset, long least, long most) {
        String value = properties.get(key);
        if (value == null) {
            return preset;
        }
        try {
            long number = Long.parseLong(value.trim());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message for every wrong value
        }
        throw wrong(key, value, "a number from " + least + " to " + most);
    }

    /**
     * @param key the setting
     * @return the value, false when it is absent
     * @throws StorageException MISUSE if it is neither true nor false
     */
    public boolean yesOrNo(String key) {
        String value = text(key, "false");
        return switch (value.trim().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(key, value, "true or false");
        };
    }

    /**
     * @param key the setting
     * @param preset what holds when it is absent
     * @return the value
     */
    public String text(String key, String preset) {
        return properties.getOrDefault(key, preset);
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
