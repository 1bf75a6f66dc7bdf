// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.feature;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.metadata.feature.SupportedFeatures.LevelRange;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.errors.InvalidUpdateVersionException;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * Changes the levels of features, all of them or none, in Kafka's order of checks and words. A feature that a
 * client has set is left alone by later starts ({@link MetadataEvents#CHOSEN_FEATURES}).
 *
 * @param changes the levels wanted, names distinct
 * @param validateOnly true to decide and change nothing
 * @param nodeId this node, which messages name
 */
public record UpdateFeatures(List<FeatureChange> changes, boolean validateOnly, int nodeId)
        implements Command<MetadataState, ApiMessageAndVersion, ApiError> {
    @Override
    public Decision<ApiMessageAndVersion, ApiError> decide(MetadataState state) {
        Map<String, Short> present = state.features();
        Map<String, Short> proposed = new HashMap<>(present);
        changes.forEach(change -> proposed.put(change.name(), change.level()));
        List<ApiMessageAndVersion> events = new ArrayList<>();
        TreeSet<String> chosen = new TreeSet<>(state.chosenFeatures());
        try {
            for (FeatureChange change : changes) {
                check(change, present.getOrDefault(change.name(), (short) 0), proposed);
                events.add(MetadataEvents.feature(change.name(), change.level()));
                chosen.add(change.name());
            }
        } catch (InvalidUpdateVersionException e) {
            return Decision.nothing(ApiError.fromThrowable(e));
        }
        if (validateOnly || events.isEmpty()) {
            return Decision.nothing(ApiError.NONE);
        }
        events.add(MetadataEvents.chosenFeatures(chosen));
        return new Decision<>(events, () -> ApiError.NONE);
    }

    private void check(FeatureChange change, short present, Map<String, Short> proposed) {
        if (change.direction() == UpgradeType.UNKNOWN) {
            throw refused(change, "The controller does not support the given upgrade type.");
        }
        if (change.level() < 0) {
            throw refused(change, "A feature version cannot be less than 0.");
        }
        LevelRange range = SupportedFeatures.RANGES.get(change.name());
        if (range == null && change.level() != 0) {
            throw refused(change, "Local controller " + nodeId + " does not support this feature.");
        }
        if (range != null && !range.contains(change.level())) {
            throw refused(change, "Local controller " + nodeId + " only supports versions " + range);
        }
        if (change.level() < present && change.direction() == UpgradeType.UPGRADE) {
            throw refused(
                    change,
                    "Can't downgrade the version of this feature without setting the upgrade type to either safe or"
                            + " unsafe downgrade.");
        }
        if (change.level() > present && change.direction() != UpgradeType.UPGRADE) {
            throw refused(change, "Can't downgrade to a newer version.");
        }
        if (change.name().equals(MetadataVersion.FEATURE_NAME)) {
            checkMetadataVersion(change, present);
        } else {
            checkDependencies(change, proposed);
        }
    }

    /**
     * Lets the metadata's format stay as it is: an older one would lack what is stored, and there is no newer
     * one.
     */
    private static void checkMetadataVersion(FeatureChange change, short present) {
        if (change.level() < present) {
            throw new InvalidUpdateVersionException("Unsupported metadata.version downgrade from " + present + " to "
                    + change.level() + ". "
                    + (change.direction() == UpgradeType.UNSAFE_DOWNGRADE
                            ? "Unsafe metadata downgrade is not supported in this version."
                            : "Refusing to perform the requested downgrade because it might delete metadata"
                                    + " information."));
        }
    }

    private static void checkDependencies(FeatureChange change, Map<String, Short> proposed) {
        try {
            Feature feature = Feature.featureFromName(change.name());
            Feature.validateVersion(feature.fromFeatureLevel(change.level(), true), proposed);
        } catch (IllegalArgumentException e) {
            throw refused(change, e.getMessage());
        }
    }

    private static InvalidUpdateVersionException refused(FeatureChange change, String why) {
        return new InvalidUpdateVersionException(
                "Invalid update version " + change.level() + " for feature " + change.name() + ". " + why);
    }
}
