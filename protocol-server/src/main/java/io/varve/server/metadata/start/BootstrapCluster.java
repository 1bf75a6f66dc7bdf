// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.start;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.core.runtime.Ids;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.GroupVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.common.TransactionVersion;

/** Makes sure that the metadata names the cluster, this node and the features in force; at later starts there is nothing to do. */
public record BootstrapCluster(MetadataConfig config, Ids ids)
        implements Command<MetadataState, ApiMessageAndVersion, Void> {
    private static final Map<String, Short> FEATURES = Map.of(
            GroupVersion.FEATURE_NAME, GroupVersion.GV_1.featureLevel(),
            TransactionVersion.FEATURE_NAME, TransactionVersion.TV_2.featureLevel());

    @Override
    public Decision<ApiMessageAndVersion, Void> decide(MetadataState catalog) {
        List<ApiMessageAndVersion> events = new ArrayList<>();
        short version = MetadataEvents.VERSION.featureLevel();
        Map<String, Short> present = features(catalog);
        // The format comes first: Kafka's image reads later events by it.
        if (present.getOrDefault(MetadataVersion.FEATURE_NAME, (short) 0) < version) {
            events.add(MetadataEvents.feature(MetadataVersion.FEATURE_NAME, version));
        }
        FEATURES.forEach((name, level) -> {
            if (present.getOrDefault(name, (short) 0) < level) {
                events.add(MetadataEvents.feature(name, level));
            }
        });
        if (catalog.clusterId() == null) {
            events.add(MetadataEvents.clusterId(newId(ids).toString()));
        }
        BrokerRegistration broker = catalog.image().cluster().broker(config.nodeId());
        if (broker == null || !Objects.equals(broker.rack().orElse(null), config.rack())) {
            events.add(MetadataEvents.broker(config.nodeId(), newId(ids), config.rack()));
        }
        return new Decision<>(events, () -> null);
    }

    public static Map<String, Short> features(MetadataState catalog) {
        Map<String, Short> features = new HashMap<>(catalog.image().features().finalizedVersions());
        catalog.image()
                .features()
                .metadataVersion()
                .ifPresent(version -> features.put(MetadataVersion.FEATURE_NAME, version.featureLevel()));
        return features;
    }

    /** @return an id whose text does not start with '-', which command lines take for an option, as Kafka makes them */
    public static Uuid newId(Ids ids) {
        while (true) {
            UUID random = ids.next();
            Uuid id = new Uuid(random.getMostSignificantBits(), random.getLeastSignificantBits());
            if (!Uuid.RESERVED.contains(id) && !id.toString().startsWith("-")) {
                return id;
            }
        }
    }
}
