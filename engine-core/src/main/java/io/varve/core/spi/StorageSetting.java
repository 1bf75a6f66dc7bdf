// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

/**
 * Defines one setting of a backend. The server documents and checks the setting by this definition, and the
 * backend reads its value by it ({@link io.varve.core.spi.support.StorageProperties}).
 *
 * @param key the name in {@link StorageContext#properties}; that of one backend's own setting begins with the
 *     backend's name and a dot
 * @param type the type of the value
 * @param byDefault the value if the setting is absent
 * @param min min number, inclusive; for numbers only
 * @param max max number, inclusive; for numbers only
 * @param documentation its effect, in a sentence for users
 */
public record StorageSetting(String key, Type type, String byDefault, long min, long max, String documentation) {
    /** Names the type of a value. */
    public enum Type {
        /** A whole number. */
        NUMBER,
        /** True or false. */
        FLAG,
        /** Any text. */
        TEXT,
        /** Words, separated by commas. */
        LIST,
        /** A text that is never shown, logged or part of an error. */
        SECRET
    }

    /** Defines a whole number from {@code min} to {@code max}, both inclusive. */
    public static StorageSetting number(String key, long byDefault, long min, long max, String documentation) {
        return new StorageSetting(key, Type.NUMBER, Long.toString(byDefault), min, max, documentation);
    }

    /** Defines a setting that is true or false. */
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

    /** Defines a secret, which is absent by default. */
    public static StorageSetting secret(String key, String documentation) {
        return new StorageSetting(key, Type.SECRET, "", 0, 0, documentation);
    }
}
