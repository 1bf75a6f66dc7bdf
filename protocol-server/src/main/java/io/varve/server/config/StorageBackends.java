// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.StorageSetting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/**
 * Finds the backends on the class path by their {@code storage.backend} names, and defines their keys.
 * Thread-safe.
 */
public final class StorageBackends {
    /** Name of a file that every Kafka log directory contains, and no directory of Varve. */
    private static final String KAFKA_MARKER_FILE = "meta.properties";

    /** What the one search has found; null before. The search opens each jar of the class path. */
    private static SortedMap<String, StorageProvider> found;

    private StorageBackends() {}

    /**
     * Finds the backends, the first time that it is called.
     *
     * @return those on the class path, by their names; not modifiable
     * @throws java.util.ServiceConfigurationError if a jar cannot be read, or names what is no backend
     */
    public static synchronized SortedMap<String, StorageProvider> all() {
        if (found == null) {
            found = Collections.unmodifiableSortedMap(StorageProvider.all());
        }
        return found;
    }

    /**
     * Finds a backend by its name.
     *
     * @throws ConfigError if no backend has the name; the message lists the names that exist
     */
    public static StorageProvider named(String name) {
        SortedMap<String, StorageProvider> backends = all();
        StorageProvider named = backends.get(name);
        if (named == null) {
            throw new ConfigError("storage.backend=" + name + " is wrong: must be one of "
                    + String.join(", ", backends.keySet()) + " (the backends on the class path)");
        }
        return named;
    }

    /**
     * Refuses directories that hold what is not this backend's: Kafka's, which must not be modified, and
     * those of another backend, in which a server would begin anew beside what is there. A storage writes to
     * its directories as soon as it is opened.
     *
     * @param directories those of {@code log.dirs}, which need not exist
     * @param backend the backend that is to store there
     * @throws ConfigError if one of them is a Kafka's, or another backend's
     */
    public static void requireOwn(List<Path> directories, StorageProvider backend) {
        for (Path directory : directories) {
            if (Files.exists(directory.resolve(KAFKA_MARKER_FILE))) {
                throw new ConfigError(directory + " (log.dirs) is a Kafka's: name another directory, and import with"
                        + " bin/varve-import.sh --from " + directory);
            }
            if (Files.isDirectory(directory) && !backend.holds(directory)) {
                requireNoOthers(directory);
            }
        }
    }

    private static void requireNoOthers(Path directory) {
        for (StorageProvider other : all().values()) {
            if (!other.tiers() && other.holds(directory)) { // one with a tier has another one in front
                throw new ConfigError(directory + " (log.dirs) has been written with storage.backend=" + other.name()
                        + ": set that, or name another directory");
            }
        }
    }

    /** @return true if the backend of that name has a remote tier; false also if there is no such backend */
    static boolean tiers(String name) {
        StorageProvider named = all().get(name);
        return named != null && named.tiers();
    }

    /** @return the names of all backends; the keys of one backend alone begin with its name and a dot */
    static Set<String> names() {
        return all().keySet();
    }

    /**
     * @param chosen the backend in use
     * @return the definition of each key of the backends, without the keys that another backend alone has
     */
    static Map<String, ConfigKey> settings(String chosen) {
        ConfigDef settings = new ConfigDef();
        Map<String, StorageProvider> backends = all();
        // A backend with a tier has another one in front.
        boolean hasAnother =
                backends.containsKey(chosen) && backends.get(chosen).tiers();
        for (StorageProvider provider : backends.values()) {
            for (StorageSetting setting : provider.settings()) {
                String owner = setting.key().split("\\.", 2)[0];
                boolean ofChosen = provider.name().equals(chosen); // it may stand on another, and have its settings
                boolean ofAnother = !ofChosen && backends.containsKey(owner) && !owner.equals(chosen) && !hasAnother;
                if (!ofAnother && !settings.names().contains(setting.key())) {
                    define(settings, setting);
                }
            }
        }
        return settings.configKeys();
    }

    private static void define(ConfigDef settings, StorageSetting setting) {
        Type type = switch (setting.type()) {
            case NUMBER -> Type.LONG;
            case FLAG -> Type.BOOLEAN;
            case TEXT -> Type.STRING;
            case LIST -> Type.LIST;
            case SECRET -> Type.PASSWORD;
        };
        settings.define(
                setting.key(),
                type,
                ConfigDef.parseType(setting.key(), setting.byDefault(), type),
                setting.type() == StorageSetting.Type.NUMBER ? range(setting) : null,
                Importance.MEDIUM,
                setting.documentation());
    }

    private static Range range(StorageSetting setting) {
        return setting.max() == Long.MAX_VALUE
                ? Range.atLeast(setting.min())
                : Range.between(setting.min(), setting.max());
    }
}
