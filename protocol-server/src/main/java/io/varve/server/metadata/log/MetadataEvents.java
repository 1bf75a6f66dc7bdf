// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.log;

import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.ClientQuotaRecord;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.ProducerIdsRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RemoveAccessControlEntryRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.RemoveUserScramCredentialRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.metadata.UserScramCredentialRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.image.ClientQuotaImage;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.metadata.authorizer.StandardAclWithId;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * Builds the metadata events that this server writes, in the versions of the newest format it knows.
 * Stateless.
 */
public final class MetadataEvents {
    /** The format of the events: {@code metadata.version}. */
    public static final MetadataVersion VERSION = MetadataVersion.latestProduction();

    /**
     * The resource of the settings of all brokers. The cluster's id is one of them: Kafka keeps the id
     * outside its metadata log, while here nothing durable lives beside the logs.
     */
    public static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");

    /** The key of the cluster's id among the settings of {@link #CLUSTER}. */
    public static final String CLUSTER_ID = "cluster.id";

    /**
     * Set while a server runs that may lose what consumers saw. A start that finds it follows an unclean
     * shutdown.
     */
    public static final String UNFINISHED_RUN = "varve.run.unfinished";

    /** The ms by which a clock that was moved is ahead of the machine's. */
    public static final String CLOCK_AHEAD_MS = "varve.clock.ahead.ms";

    /**
     * The features whose levels clients have set, separated by commas: a start raises all others to the
     * highest level that the software supports.
     */
    public static final String CHOSEN_FEATURES = "varve.features.chosen";

    /**
     * The secret from which the salts of users who do not exist are derived, in base64. Known to nobody, or
     * these could be told from users who do.
     */
    public static final String DECOY_SECRET = "varve.scram.decoy.secret";

    /**
     * The keys that the broker itself keeps among the settings of all brokers. Clients neither see nor change
     * them.
     */
    public static final Set<String> OWN_KEYS =
            Set.of(CLUSTER_ID, UNFINISHED_RUN, CLOCK_AHEAD_MS, CHOSEN_FEATURES, DECOY_SECRET);

    private MetadataEvents() {}

    /** @return the event that gives the cluster its id */
    public static ApiMessageAndVersion clusterId(String id) {
        return config(CLUSTER, CLUSTER_ID, id);
    }

    /**
     * @param secret random bytes
     * @return the event that keeps {@link #DECOY_SECRET}
     */
    public static ApiMessageAndVersion decoySecret(byte[] secret) {
        return config(CLUSTER, DECOY_SECRET, Base64.getEncoder().encodeToString(secret));
    }

    /** @return the event that says by how many ms the clock is ahead of the machine's */
    public static ApiMessageAndVersion clockAhead(long ms) {
        return config(CLUSTER, CLOCK_AHEAD_MS, Long.toString(ms));
    }

    /** @return the event that names the features whose levels clients have set */
    public static ApiMessageAndVersion chosenFeatures(SortedSet<String> names) {
        return config(CLUSTER, CHOSEN_FEATURES, String.join(",", names));
    }

    /** @return the event that finalizes a feature at a level; 0 ends its use */
    public static ApiMessageAndVersion feature(String name, short level) {
        return event(new FeatureLevelRecord().setName(name).setFeatureLevel(level), 0);
    }

    /**
     * @param id the node's id
     * @param incarnation an id of this registration
     * @param rack the node's rack, or null
     * @return the event that registers a node
     */
    public static ApiMessageAndVersion broker(int id, Uuid incarnation, String rack) {
        return event(
                new RegisterBrokerRecord()
                        .setBrokerId(id)
                        .setIncarnationId(incarnation)
                        .setBrokerEpoch(1)
                        .setRack(rack)
                        .setFenced(false),
                VERSION.registerBrokerRecordVersion());
    }

    /** @return the event that creates a topic, without its partitions */
    public static ApiMessageAndVersion topic(String name, Uuid id) {
        return event(new TopicRecord().setName(name).setTopicId(id), 0);
    }

    /** @return the event that creates a partition led by a node, in leader epoch 0 */
    public static ApiMessageAndVersion partition(Uuid topic, int partition, int node) {
        return partition(topic, partition, node, 0);
    }

    /** @return the event that creates a partition led by a node in a leader epoch */
    public static ApiMessageAndVersion partition(Uuid topic, int partition, int node, int leaderEpoch) {
        return event(
                new PartitionRecord()
                        .setTopicId(topic)
                        .setPartitionId(partition)
                        .setReplicas(List.of(node))
                        .setIsr(List.of(node))
                        .setLeader(node)
                        .setLeaderEpoch(leaderEpoch)
                        .setPartitionEpoch(0),
                VERSION.partitionRecordVersion());
    }

    /** @return the event that elects a partition's leader again, which raises its leader epoch by one */
    public static ApiMessageAndVersion nextLeaderEpoch(Uuid topic, int partition, int node) {
        return event(
                new PartitionChangeRecord()
                        .setTopicId(topic)
                        .setPartitionId(partition)
                        .setLeader(node),
                VERSION.partitionChangeRecordVersion());
    }

    /**
     * @param value the new value, or null to go back to the default
     * @return the event that sets or removes one setting of a resource
     */
    public static ApiMessageAndVersion config(ConfigResource resource, String name, String value) {
        return event(
                new ConfigRecord()
                        .setResourceType(resource.type().id())
                        .setResourceName(resource.name())
                        .setName(name)
                        .setValue(value),
                0);
    }

    /** @return the event that deletes a topic with its partitions and settings */
    public static ApiMessageAndVersion removeTopic(Uuid id) {
        return event(new RemoveTopicRecord().setTopicId(id), 0);
    }

    /**
     * @param next first producer id not in the node's block
     * @return the event that reserves a block of producer ids
     */
    public static ApiMessageAndVersion producerIds(int node, long next) {
        return event(new ProducerIdsRecord().setBrokerId(node).setBrokerEpoch(1).setNextProducerId(next), 0);
    }

    /** @return the event that sets one quota of an entity */
    public static ApiMessageAndVersion quota(ClientQuotaEntity entity, String key, double value) {
        return event(quotaOf(entity, key).setValue(value), 0);
    }

    /** @return the event that removes one quota of an entity */
    public static ApiMessageAndVersion removeQuota(ClientQuotaEntity entity, String key) {
        return event(quotaOf(entity, key).setRemove(true), 0);
    }

    private static ClientQuotaRecord quotaOf(ClientQuotaEntity entity, String key) {
        return new ClientQuotaRecord()
                .setEntity(ClientQuotaImage.entityToData(entity))
                .setKey(key);
    }

    /** @return the event that stores a SCRAM credential */
    public static ApiMessageAndVersion scram(UserScramCredentialRecord credential) {
        return event(credential, 0);
    }

    /** @return the event that deletes a SCRAM credential */
    public static ApiMessageAndVersion removeScram(String user, ScramMechanism mechanism) {
        return event(new RemoveUserScramCredentialRecord().setName(user).setMechanism(mechanism.type()), 0);
    }

    /** @return the event that creates an access control entry */
    public static ApiMessageAndVersion acl(Uuid id, StandardAcl acl) {
        return event(new StandardAclWithId(id, acl).toRecord(), 0);
    }

    /** @return the event that deletes an access control entry */
    public static ApiMessageAndVersion removeAcl(Uuid id) {
        return event(new RemoveAccessControlEntryRecord().setId(id), 0);
    }

    private static ApiMessageAndVersion event(ApiMessage message, int version) {
        return new ApiMessageAndVersion(message, (short) version);
    }
}
