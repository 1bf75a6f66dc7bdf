// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/**
 * Holds the properties of the user, from a file and the command line or from a program, with the source of
 * each.
 */
final class PropertySources {
    private static final String OVERRIDE = "--override";

    private final String file;
    private final Map<String, String> values = new TreeMap<>();

    /**
     * What the user wrote for values that had variables in them. Messages show this: a variable may be a
     * secret.
     */
    private final Map<String, String> written = new TreeMap<>();

    private final Set<String> overridden = new HashSet<>();

    private PropertySources(String file) {
        this.file = file;
    }

    /**
     * @param file a properties file
     * @param overrides {@code key=value} each; override the file, and the last one of a key wins
     * @throws ConfigError if the file cannot be read or an override has no key or no value
     */
    static PropertySources read(Path file, List<String> overrides) {
        PropertySources settings = new PropertySources(file.toString());
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new ConfigError(file + ": there is no such file; a complete one is config/server.properties");
        } catch (MalformedInputException | IllegalArgumentException e) {
            throw new ConfigError(file + ": not a properties file in UTF-8: " + e.getMessage());
        } catch (IOException e) {
            throw new ConfigError(file + ": cannot be read: " + e.getMessage());
        }
        properties.stringPropertyNames().forEach(key -> settings.values.put(key, trimmed(properties, key)));
        overrides.forEach(settings::override);
        settings.resolveVariables();
        return settings;
    }

    /**
     * @param given the settings
     * @param source who gave them, for messages
     */
    static PropertySources of(Map<String, String> given, String source) {
        PropertySources settings = new PropertySources(source);
        given.forEach((key, value) -> settings.values.put(key, value.trim()));
        settings.resolveVariables();
        return settings;
    }

    private void resolveVariables() {
        ConfigVariables.resolve(this).forEach((key, value) -> written.put(key, values.put(key, value.trim())));
    }

    private static String trimmed(Properties properties, String key) {
        return properties.getProperty(key).trim();
    }

    private void override(String pair) {
        int equals = pair.indexOf('=');
        if (equals < 1) {
            throw new ConfigError(OVERRIDE + " " + pair + ": must be key=value");
        }
        String key = pair.substring(0, equals).trim();
        values.put(key, pair.substring(equals + 1).trim());
        overridden.add(key);
    }

    /** @return every key and its value, by key */
    Map<String, String> all() {
        return Collections.unmodifiableMap(values);
    }

    /**
     * @return the value, or null when the key is not set; an empty value counts as not set, as for Kafka's
     *     lists
     */
    String get(String key) {
        String value = values.get(key);
        return value == null || value.isEmpty() ? null : value;
    }

    /** @return where the key was set, for messages */
    String source(String key) {
        return overridden.contains(key) ? OVERRIDE : file;
    }

    /** @return the file or the source, for messages about no key in particular */
    String file() {
        return file;
    }

    /**
     * @param key a key that is set
     * @param min 0 or more
     * @return its value
     * @throws ConfigError if that is no whole number, or below the least
     */
    int wholeNumber(String key, int min) {
        String text = get(key);
        long number = text.matches("\\+?\\d{1,10}") ? Long.parseLong(text) : -1;
        if (number < min || number > Integer.MAX_VALUE) {
            throw wrong(key, "a whole number, " + min + " or more");
        }
        return (int) number;
    }

    /**
     * @param key a key that is set
     * @param allowed completes "must be"
     * @return the error, with source, key and value
     */
    ConfigError wrong(String key, String allowed) {
        String text = written.getOrDefault(key, values.get(key));
        return new ConfigError(source(key) + ": " + key + "=" + text + " is wrong: must be " + allowed);
    }
}
