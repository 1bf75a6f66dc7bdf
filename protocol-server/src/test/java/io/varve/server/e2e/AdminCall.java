// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Calls of Kafka's administration client whose outcome is the same on every broker with one node. */
enum AdminCall {
    ELECTS_PREFERRED_LEADERS(admin -> elect(admin, ElectionType.PREFERRED, Set.of(partition(0), partition(1)))),
    ELECTS_UNCLEAN_LEADERS(admin -> elect(admin, ElectionType.UNCLEAN, Set.of(partition(0)))),
    ELECTS_LEADERS_OF_NOTHING(
            admin -> elect(admin, ElectionType.PREFERRED, Set.of(partition(5), new TopicPartition("none-such", 0)))),
    ELECTS_ALL_LEADERS(admin -> elect(admin, ElectionType.PREFERRED, null)),
    REASSIGNS_TO_ITSELF(admin -> reassign(admin, partition(0), 7)),
    REASSIGNS_TO_AN_UNKNOWN_BROKER(admin -> reassign(admin, partition(0), 8)),
    REASSIGNS_TO_ITSELF_TWICE(admin -> reassign(admin, partition(0), 7, 7)),
    REASSIGNS_TO_MORE(admin -> reassign(admin, partition(0), 7, 8)),
    REASSIGNS_WHAT_IS_NOT_THERE(admin -> reassign(admin, partition(9), 7)),
    REASSIGNS_AN_UNKNOWN_TOPIC(admin -> reassign(admin, new TopicPartition("none-such", 0), 7)),
    CANCELS_A_REASSIGNMENT(admin -> admin.alterPartitionReassignments(Map.of(partition(0), Optional.empty()))
            .all()),
    LISTS_REASSIGNMENTS(admin -> admin.listPartitionReassignments().reassignments()),
    LISTS_REASSIGNMENTS_OF_A_TOPIC(
            admin -> admin.listPartitionReassignments(Set.of(partition(0), new TopicPartition("none-such", 3)))
                    .reassignments()),
    MOVES_TO_NO_DIRECTORY(admin -> move(admin, "admin", "/none/such")),
    MOVES_AN_UNKNOWN_PARTITION_TO_NO_DIRECTORY(admin -> move(admin, "none-such", "/none/such")),
    CREATES_NAMES_THAT_COLLIDE(admin -> admin.createTopics(
                    List.of(new NewTopic("odd.x", 1, (short) 1), new NewTopic("odd_x", 1, (short) 1)))
            .all()),
    LISTS_TOPICS_WITH_SETTINGS(admin -> listed(admin, ConfigResource.Type.TOPIC)),
    LISTS_BROKERS_WITH_SETTINGS(admin -> listed(admin, ConfigResource.Type.BROKER)),
    LISTS_LOGGERS(admin -> listed(admin, ConfigResource.Type.BROKER_LOGGER)),
    MAKES_UP_A_FEATURE(admin -> update(admin, "made.up", 3, UpgradeType.UPGRADE)),
    REMOVES_A_MADE_UP_FEATURE(admin -> update(admin, "made.up", 0, UpgradeType.SAFE_DOWNGRADE)),
    RAISES_A_FEATURE_TOO_HIGH(admin -> update(admin, "transaction.version", 3, UpgradeType.UPGRADE)),
    LOWERS_A_FEATURE_BY_AN_UPGRADE(admin -> update(admin, "transaction.version", 1, UpgradeType.UPGRADE)),
    LOWERS_A_FEATURE(admin -> update(admin, "transaction.version", 1, UpgradeType.SAFE_DOWNGRADE)),
    KEEPS_A_FEATURE(admin -> update(admin, "group.version", 1, UpgradeType.UPGRADE)),
    LOWERS_THE_FORMAT_SAFELY(admin -> update(admin, "metadata.version", 20, UpgradeType.SAFE_DOWNGRADE)),
    LOWERS_THE_FORMAT_UNSAFELY(admin -> update(admin, "metadata.version", 7, UpgradeType.UNSAFE_DOWNGRADE)),
    RAISES_THE_FORMAT(admin -> update(admin, "metadata.version", 99, UpgradeType.UPGRADE)),
    UNREGISTERS_AN_UNKNOWN_BROKER(admin -> admin.unregisterBroker(77).all()),
    ADDS_A_VOTER(admin -> admin.addRaftVoter(
                    8, Uuid.ONE_UUID, Set.of(new RaftVoterEndpoint("CONTROLLER", "localhost", 9999)))
            .all()),
    REMOVES_A_VOTER(admin -> admin.removeRaftVoter(8, Uuid.ONE_UUID).all()),
    DESCRIBES_ACLS(admin -> admin.describeAcls(AclBindingFilter.ANY).values()),
    CREATES_ACLS(admin -> admin.createAcls(List.of(new AclBinding(
                    new ResourcePattern(ResourceType.TOPIC, "admin", PatternType.LITERAL),
                    new AccessControlEntry("User:a", "*", AclOperation.READ, AclPermissionType.ALLOW))))
            .all()),
    DELETES_ACLS(admin -> admin.deleteAcls(List.of(AclBindingFilter.ANY)).all()),
    CREATES_A_TOKEN(admin -> admin.createDelegationToken().delegationToken()),
    RENEWS_A_TOKEN(admin -> admin.renewDelegationToken(new byte[] {1}).expiryTimestamp()),
    EXPIRES_A_TOKEN(admin -> admin.expireDelegationToken(new byte[] {1}).expiryTimestamp()),
    DESCRIBES_TOKENS(admin -> admin.describeDelegationToken().delegationTokens()),
    COUNTS_FENCED_BROKERS(admin -> admin.describeCluster(new DescribeClusterOptions().includeFencedBrokers(true))
            .nodes()
            .thenApply(nodes -> nodes.stream()
                    .map(node -> node.id() + " fenced: " + node.isFenced())
                    .toList()));

    /** A call whose outcome shows as text. */
    interface Call {
        KafkaFuture<?> make(Admin admin);
    }

    private final Call call;

    AdminCall(Call call) {
        this.call = call;
    }

    /** Makes the call; returns its result, or the exception with its message. */
    String outcome(Admin admin) {
        return outcome(admin, call);
    }

    static String outcome(Admin admin, Call call) {
        try {
            return String.valueOf(call.make(admin).get());
        } catch (ExecutionException e) {
            return e.getCause().toString();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static TopicPartition partition(int number) {
        return new TopicPartition("admin", number);
    }

    private static KafkaFuture<?> elect(Admin admin, ElectionType type, Set<TopicPartition> partitions) {
        return admin.electLeaders(type, partitions).partitions().thenApply(outcomes -> {
            Map<String, String> sorted = new TreeMap<>();
            outcomes.forEach((partition, outcome) -> sorted.put(
                    partition.toString(), outcome.map(Throwable::toString).orElse("elected")));
            return sorted;
        });
    }

    private static KafkaFuture<?> reassign(Admin admin, TopicPartition partition, Integer... replicas) {
        NewPartitionReassignment wanted = new NewPartitionReassignment(Arrays.asList(replicas));
        return admin.alterPartitionReassignments(Map.of(partition, Optional.of(wanted)))
                .all();
    }

    private static KafkaFuture<?> move(Admin admin, String topic, String path) {
        return admin.alterReplicaLogDirs(Map.of(new TopicPartitionReplica(topic, 0, 7), path))
                .all();
    }

    private static KafkaFuture<?> listed(Admin admin, ConfigResource.Type type) {
        return admin.listConfigResources(Set.of(type), new ListConfigResourcesOptions())
                .all()
                .thenApply(all -> all.stream()
                        .map(ConfigResource::toString)
                        .filter(name -> !name.contains("name='__"))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static KafkaFuture<?> update(Admin admin, String feature, int level, UpgradeType direction) {
        return admin.updateFeatures(
                        Map.of(feature, new FeatureUpdate((short) level, direction)),
                        new UpdateFeaturesOptions().validateOnly(true))
                .all();
    }
}
