// SPDX-License-Identifier: Apache-2.0
package io.varve.server.format;

import io.varve.server.config.ConfigError;
import io.varve.server.metadata.feature.SupportedFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.FeatureVersion;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * Describes levels of features in the words of Kafka's storage tool, and checks those that a new storage is
 * to have. Stateless.
 */
final class FeatureLevels {
    private static final String METADATA = MetadataVersion.FEATURE_NAME;

    private FeatureLevels() {}

    /**
     * @param release a {@code metadata.version}, as 4.1 or 4.3-IV0
     * @return a line for each feature: its level where that metadata version is new
     * @throws ConfigError if there is no such version
     */
    static List<String> comingWith(String release) {
        MetadataVersion version = version(release, true);
        List<String> lines = new ArrayList<>();
        lines.add(METADATA + "=" + version.featureLevel() + " (" + release + ")");
        Feature.PRODUCTION_FEATURES.forEach(
                feature -> lines.add(feature.featureName() + "=" + feature.defaultLevel(version)));
        return lines;
    }

    private static MetadataVersion version(String release, boolean unstable) {
        try {
            return MetadataVersion.fromVersionString(release, unstable);
        } catch (IllegalArgumentException e) {
            throw new ConfigError(e.getMessage());
        }
    }

    /**
     * @param feature a feature and its level, as {@code group.version=1}
     * @return lines that say which other features that level needs
     * @throws ConfigError if there is no such feature or level
     */
    static List<String> neededFor(String feature) {
        String[] parts = feature.split("=", 2);
        if (parts.length < 2) {
            throw new ConfigError("Invalid feature format: " + feature
                    + ". Expected format: 'feature=version' (e.g. 'group.version=1')");
        }
        String name = parts[0].trim();
        short level = level(name, parts[1].trim());
        Map<String, Short> needed = new TreeMap<>(dependencies(name, level));
        String shown = named(name, level);
        if (needed.isEmpty()) {
            return List.of(shown + " has no dependencies.");
        }
        List<String> lines = new ArrayList<>();
        lines.add(shown + " requires:");
        needed.forEach((other, least) -> lines.add("    " + named(other, least)));
        return lines;
    }

    private static short level(String name, String text) {
        try {
            return Short.parseShort(text);
        } catch (NumberFormatException e) {
            throw new ConfigError("Invalid version format: " + text + " for feature " + name);
        }
    }

    private static Map<String, Short> dependencies(String name, short level) {
        if (name.equals(METADATA)) {
            requireMetadataVersion(level);
            return Map.of();
        }
        Feature feature = Feature.PRODUCTION_FEATURES.stream()
                .filter(other -> other.featureName().equals(name))
                .findFirst()
                .orElseThrow(() -> new ConfigError("Unknown feature: " + name));
        try {
            FeatureVersion version = feature.fromFeatureLevel(level, true);
            return version.dependencies();
        } catch (IllegalArgumentException e) {
            throw new ConfigError("Feature level " + level + " is not supported for feature " + name);
        }
    }

    private static MetadataVersion requireMetadataVersion(short level) {
        try {
            return MetadataVersion.fromFeatureLevel(level);
        } catch (IllegalArgumentException e) {
            throw new ConfigError("Unknown metadata.version " + level);
        }
    }

    private static String named(String feature, short level) {
        String plain = feature + "=" + level;
        return feature.equals(METADATA)
                ? plain + " (" + requireMetadataVersion(level).version() + ")"
                : plain;
    }

    /**
     * Requires that a new storage of this server has what was asked for.
     *
     * @param release a {@code metadata.version}, or null
     * @param features levels of features, as {@code group.version=1}
     * @throws ConfigError if a level is another one than the server's
     */
    static void requireOwn(String release, List<String> features) {
        Map<String, Short> own = SupportedFeatures.initial();
        if (release != null && version(release, false).featureLevel() != own.get(METADATA)) {
            throw new ConfigError("metadata.version can only be " + MetadataVersion.LATEST_PRODUCTION + " here, not "
                    + release + ": leave out --release-version");
        }
        for (String feature : features) {
            neededFor(feature); // names what is not a feature and a level
            String name = feature.substring(0, feature.indexOf('=')).trim();
            short wanted =
                    level(name, feature.substring(feature.indexOf('=') + 1).trim());
            short level = own.getOrDefault(name, (short) 0);
            if (wanted != level) {
                throw new ConfigError(
                        name + " can only be " + level + " here, not " + wanted + ": leave out --feature " + feature);
            }
        }
    }
}
