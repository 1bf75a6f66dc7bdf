// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.start;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.core.runtime.Ids;
import io.varve.server.metadata.feature.SupportedFeatures;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import io.varve.server.metadata.log.TopicIds;
import io.varve.server.security.sasl.ScramSalt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * Writes, where they are missing, the features in force, the cluster's id, the secret behind the salts of
 * unknown users and this node's registration. At later starts there is nothing to do, unless the software
 * supports more than before. The levels that clients have set stay.
 *
 * @param nodeId {@code node.id}
 * @param rack {@code broker.rack}, or null
 * @param clusterId the id of a cluster that has none yet, or null to make one
 * @param ids makes the cluster's id, the secret and the id of the registration
 */
public record BootstrapCluster(int nodeId, String rack, String clusterId, Ids ids)
        implements Command<MetadataState, ApiMessageAndVersion, Void> {
    @Override
    public Decision<ApiMessageAndVersion, Void> decide(MetadataState state) {
        List<ApiMessageAndVersion> events = new ArrayList<>();
        short version = MetadataEvents.VERSION.featureLevel();
        Map<String, Short> present = state.features();
        // The format comes first: Kafka's image reads later events by it.
        if (present.getOrDefault(MetadataVersion.FEATURE_NAME, (short) 0) < version) {
            events.add(MetadataEvents.feature(MetadataVersion.FEATURE_NAME, version));
        }
        Set<String> chosen = state.chosenFeatures();
        SupportedFeatures.initial().forEach((name, level) -> {
            if (!name.equals(MetadataVersion.FEATURE_NAME)
                    && !chosen.contains(name)
                    && present.getOrDefault(name, (short) 0) < level) {
                events.add(MetadataEvents.feature(name, level));
            }
        });
        if (state.clusterId() == null) {
            events.add(MetadataEvents.clusterId(
                    clusterId == null ? TopicIds.next(ids).toString() : clusterId));
        }
        if (state.decoySecret() == null) {
            events.add(MetadataEvents.decoySecret(ScramSalt.secret(ids)));
        }
        BrokerRegistration broker = state.image().cluster().broker(nodeId);
        if (broker == null || !Objects.equals(broker.rack().orElse(null), rack)) {
            events.add(MetadataEvents.broker(nodeId, TopicIds.next(ids), rack));
        }
        return new Decision<>(events, () -> null);
    }
}
