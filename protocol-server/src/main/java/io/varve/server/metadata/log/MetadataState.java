// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.log;

import io.varve.core.spi.PartitionId;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * The state that the metadata events fold into. Immutable.
 *
 * @param image all topics, settings, producer ids, features and brokers
 * @param change what the last events changed, on top of {@code change.image()}
 */
public record MetadataState(MetadataImage image, MetadataDelta change) {
    /** @return nothing known, ready for a replay */
    public static MetadataDelta blank() {
        return new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
    }

    /** @return the state after a replay into {@link #blank()} */
    public static MetadataState of(MetadataDelta replayed, long nextOffset) {
        return new MetadataState(replayed.apply(provenance(nextOffset)), replayed);
    }

    /**
     * @param events the events that come next
     * @param nextOffset offset after the last of them
     * @return the state with them
     */
    public MetadataState apply(List<ApiMessageAndVersion> events, long nextOffset) {
        MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
        events.forEach(event -> delta.replay(event.message()));
        return new MetadataState(delta.apply(provenance(nextOffset)), delta);
    }

    /** @return the topic of that name, or null */
    public TopicImage topic(String name) {
        return image.topics().getTopic(name);
    }

    /** @return the topic of that id, or null */
    public TopicImage topic(Uuid id) {
        return image.topics().getTopic(id);
    }

    /** @return a topic's own settings */
    public Map<String, String> topicConfigs(String name) {
        return image.configs().configMapForResource(new ConfigResource(ConfigResource.Type.TOPIC, name));
    }

    /** @return a resource's own settings, as clients set them, without {@link MetadataEvents#OWN_KEYS} */
    public Map<String, String> configs(ConfigResource resource) {
        Map<String, String> all = image.configs().configMapForResource(resource);
        if (!resource.equals(MetadataEvents.CLUSTER)) {
            return all;
        }
        Map<String, String> others = new HashMap<>(all);
        others.keySet().removeAll(MetadataEvents.OWN_KEYS);
        return others;
    }

    /** @return all resources, other than topics, that have settings */
    public Set<ConfigResource> configured() {
        Set<ConfigResource> resources =
                new HashSet<>(image.configs().resourceData().keySet());
        resources.removeIf(resource -> resource.type() == ConfigResource.Type.TOPIC);
        return resources;
    }

    /** @return resources, other than topics, whose settings the last change altered */
    public Set<ConfigResource> changedConfigs() {
        Set<ConfigResource> changed = new HashSet<>();
        if (change.configsDelta() != null) {
            changed.addAll(change.configsDelta().changes().keySet());
            changed.removeIf(resource -> resource.type() == ConfigResource.Type.TOPIC);
        }
        return changed;
    }

    /** @return the quotas of all users, clients and addresses, by entity and key; a copy */
    public Map<ClientQuotaEntity, Map<String, Double>> quotas() {
        Map<ClientQuotaEntity, Map<String, Double>> quotas = new HashMap<>();
        image.clientQuotas().entities().forEach((entity, of) -> quotas.put(entity, Map.copyOf(of.quotas())));
        return quotas;
    }

    /** @return true if the last change altered quotas */
    public boolean hasChangedQuotas() {
        return change.clientQuotasDelta() != null;
    }

    /** @return all access control entries by their ids */
    public Map<Uuid, StandardAcl> acls() {
        return image.acls().acls();
    }

    /** @return access control entries the last change has created, and nothing for those it has deleted */
    public Map<Uuid, Optional<StandardAcl>> changedAcls() {
        return change.aclsDelta() == null ? Map.of() : change.aclsDelta().changes();
    }

    /** @return the partitions of all topics; a copy */
    public List<PartitionId> partitions() {
        return image.topics().topicsById().values().stream()
                .flatMap(topic -> topic.partitions().keySet().stream().map(p -> TopicIds.partition(topic, p)))
                .toList();
    }

    /** @return the ids of all topics, the coordinators' first; a copy */
    public Set<Uuid> topicIds() {
        Set<Uuid> ids = new LinkedHashSet<>();
        image.topics().topicsById().values().stream()
                .filter(topic -> Topic.isInternal(topic.name()))
                .forEach(topic -> ids.add(topic.id()));
        ids.addAll(image.topics().topicsById().keySet());
        return ids;
    }

    /** @return the lowest producer id that is in no block yet */
    public long nextProducerId() {
        return Math.max(0, image.producerIds().nextProducerId()); // -1 before the first block
    }

    /** @return the level of each finalized feature by name */
    public Map<String, Short> features() {
        Map<String, Short> features = new HashMap<>(image.features().finalizedVersions());
        image.features()
                .metadataVersion()
                .ifPresent(version -> features.put(MetadataVersion.FEATURE_NAME, version.featureLevel()));
        return features;
    }

    /** @return the features whose levels clients have set */
    public Set<String> chosenFeatures() {
        String names = ownSetting(MetadataEvents.CHOSEN_FEATURES);
        return names == null ? Set.of() : Set.of(names.split(","));
    }

    /** @return offset after the last event */
    public long nextOffset() {
        return image.highestOffsetAndEpoch().offset() + 1;
    }

    /** @return the cluster's id, or null before the first start */
    public String clusterId() {
        return ownSetting(MetadataEvents.CLUSTER_ID);
    }

    /**
     * @return true if {@link MetadataEvents#UNFINISHED_RUN} is set: at a start by the run before, later by
     *     this run
     */
    public boolean isRunUnfinished() {
        return ownSetting(MetadataEvents.UNFINISHED_RUN) != null;
    }

    /** @return ms by which the clock is ahead of the machine's, because it was moved; 0 or more */
    public long clockAheadMs() {
        String ms = ownSetting(MetadataEvents.CLOCK_AHEAD_MS);
        return ms == null ? 0 : Long.parseLong(ms);
    }

    /** @return {@link MetadataEvents#DECOY_SECRET}, a copy; null before the first start */
    public byte[] decoySecret() {
        String secret = ownSetting(MetadataEvents.DECOY_SECRET);
        return secret == null ? null : Base64.getDecoder().decode(secret);
    }

    private String ownSetting(String key) {
        return image.configs().configMapForResource(MetadataEvents.CLUSTER).get(key);
    }

    /** @return the ids of topics that the last change created, altered or removed */
    public Set<Uuid> changedTopics() {
        Set<Uuid> changed = new HashSet<>();
        if (change.topicsDelta() != null) {
            changed.addAll(change.topicsDelta().changedTopics().keySet());
            changed.addAll(change.topicsDelta().deletedTopicIds());
        }
        if (change.configsDelta() != null) {
            for (ConfigResource resource : change.configsDelta().changes().keySet()) {
                TopicImage topic = resource.type() == ConfigResource.Type.TOPIC ? topic(resource.name()) : null;
                if (topic != null) {
                    changed.add(topic.id());
                }
            }
        }
        return changed;
    }

    // The epoch is constant: one writer without elections. No reader of an image uses the time.
    private static MetadataProvenance provenance(long nextOffset) {
        return new MetadataProvenance(nextOffset - 1, 1, 0, true);
    }
}
