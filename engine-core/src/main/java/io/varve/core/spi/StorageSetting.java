// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

/**
 * Defines one setting of a backend, once: the server documents, checks and shows the setting by this
 * definition, and the backend reads it by this ({@link io.varve.core.spi.support.StorageProperties}).
 *
 * @param key its name in {@link StorageContext#properties}; of one backend alone it begins with the backend's
 *     name and a dot
 * @param type what its value is
 * @param byDefault the value that holds when it is absent
 * @param min lowest number allowed, inclusive; only of numbers
 * @param max highest number allowed, inclusive; only of numbers
 * @param documentation what it does, in a sentence for users
 */
public record StorageSetting(String key, Type type, String byDefault, long min, long max, String documentation) {
    /** What a value is. */
    public enum Type {
        /** A whole number. */
        NUMBER,
        /** True or false. */
        FLAG,
        /** Any text. */
        TEXT,
        /** Words, separated by commas. */
        LIST
    }

    /** Defines a whole number from {@code min} to {@code max}, both inclusive. */
    public static StorageSetting number(String key, long byDefault, long min, long max, String documentation) {
        return new StorageSetting(key, Type.NUMBER, Long.toString(byDefault), min, max, documentation);
    }

    /** Defines what is either true or false. */
    public static StorageSetting flag(String key, boolean byDefault, String documentation) {
        return new StorageSetting(key, Type.FLAG, Boolean.toString(byDefault), 0, 0, documentation);
    }

    /** Defines a text. */
    public static StorageSetting text(String key, String byDefault, String documentation) {
        return new StorageSetting(key, Type.TEXT, byDefault, 0, 0, documentation);
    }

    /** Defines a list of words. */
    public static StorageSetting list(String key, String byDefault, String documentation) {
        return new StorageSetting(key, Type.LIST, byDefault, 0, 0, documentation);
    }
}
