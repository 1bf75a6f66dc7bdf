// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.kraft;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.metadata.acl.AclBounds;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Imports topics of another cluster with their ids, and its access control entries, all in one batch of
 * events or none.
 *
 * @param topics the topics; their settings must be valid here
 * @param nextProducerId lowest producer id that the other cluster has not given out
 * @param acls its access control entries, by their ids; those that are here already are left out
 * @param node this broker's id, which leads the partitions
 */
public record ImportTopics(Collection<KraftTopic> topics, long nextProducerId, Map<Uuid, StandardAcl> acls, int node)
        implements Command<MetadataState, ApiMessageAndVersion, Void> {
    @Override
    public Decision<ApiMessageAndVersion, Void> decide(MetadataState state) {
        List<ApiMessageAndVersion> events = new ArrayList<>();
        for (KraftTopic topic : topics) {
            if (state.topic(topic.name()) != null || state.topic(topic.id()) != null) {
                throw new TopicExistsException("Topic '" + topic.name() + "' (" + topic.id() + ") already exists.");
            }
            add(topic, events);
        }
        AclBounds.requireWithin(state.acls().values(), acls.values());
        Collection<StandardAcl> present = new HashSet<>(state.acls().values());
        acls.forEach((id, acl) -> {
            if (!present.contains(acl)) {
                events.add(MetadataEvents.acl(id, acl));
            }
        });
        if (nextProducerId > state.image().producerIds().nextProducerId()) {
            // The imported logs know producers by ids given out there: none of these may be given out again.
            events.add(MetadataEvents.producerIds(node, nextProducerId));
        }
        return new Decision<>(events, () -> null);
    }

    private void add(KraftTopic topic, List<ApiMessageAndVersion> events) {
        events.add(MetadataEvents.topic(topic.name(), topic.id()));
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
        topic.configs().forEach((key, value) -> events.add(MetadataEvents.config(resource, key, value)));
        for (int p = 0; p < topic.partitions().size(); p++) {
            events.add(MetadataEvents.partition(
                    topic.id(), p, node, topic.partitions().get(p).leaderEpoch()));
        }
    }
}
