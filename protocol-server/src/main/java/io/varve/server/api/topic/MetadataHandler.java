// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.core.log.PartitionLog;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.AuthorizedOperations;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.FutureLists;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.cluster.Endpoint;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.topic.ReservedTopics;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.quota.MutationQuota;
import io.varve.server.quota.QuotaThrottle;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;

/**
 * Describes the broker, and topics with their partitions. It creates an unknown topic when the client and the
 * broker allow that; the response then waits for the topic, so that the client's first request finds it.
 */
public final class MetadataHandler implements ApiHandler {
    private static final short FIRST_WITH_IDS = 12;
    private static final int MAX_TOPICS_ON_LOOP = 1_000;

    private final Topics topics;
    private final AutoCreation creation;
    private final Map<String, Supplier<CompletableFuture<Topic>>> coordinatorTopics;
    private final MetadataConfig config;
    private final ClusterInfo cluster;
    private final QuotaThrottle throttle;

    /**
     * @param metadata finds topics, and creates unknown ones
     * @param coordinatorTopics what creates each topic of a coordinator, by the topic's name
     * @param cluster this broker, as clients reach it
     * @param throttle limits how many partitions a client creates
     */
    public MetadataHandler(
            ClusterMetadata metadata,
            Map<String, Supplier<CompletableFuture<Topic>>> coordinatorTopics,
            ClusterInfo cluster,
            QuotaThrottle throttle) {
        this.coordinatorTopics = coordinatorTopics;
        this.throttle = throttle;
        this.topics = metadata;
        this.config = metadata.config();
        this.creation = new AutoCreation(topics::size, metadata, config.topics().limits());
        this.cluster = cluster;
    }

    @Override
    public CompletionStage<MetadataResponseData> handle(Request request) {
        MetadataRequest body = (MetadataRequest) request.body();
        int described =
                body.isAllTopics() ? topics.size() : body.data().topics().size();
        if (described > MAX_TOPICS_ON_LOOP && !request.background()) {
            throw new HeavyRequestException("it asks about " + described + " topics");
        }
        boolean operations = body.data().includeTopicAuthorizedOperations();
        MetadataResponseData response = header(body, request.connection().listenerName());
        if (body.isAllTopics()) {
            topics.all().forEach(topic -> response.topics().add(describe(topic, operations)));
            return CompletableFuture.completedFuture(response);
        }
        Set<Uuid> ids = new LinkedHashSet<>();
        Set<String> names = new LinkedHashSet<>();
        collect(body.data().topics(), request.version(), ids, names);
        ids.forEach(id -> response.topics().add(byId(id, operations)));
        List<CompletableFuture<MetadataResponseTopic>> found = new ArrayList<>(names.size());
        MutationQuota quota = config.topics().autoCreate() && body.allowAutoTopicCreation() ? quota(request) : null;
        names.forEach(name -> found.add(byName(name, quota, request, operations)));
        return FutureLists.all(found).thenApply(all -> {
            response.topics().addAll(all);
            return response;
        });
    }

    private MutationQuota quota(Request request) {
        return throttle.isOn() ? throttle.mutations(request.quotaClient(), true) : MutationQuota.UNBOUNDED;
    }

    private MetadataResponseData header(MetadataRequest body, String listener) {
        Endpoint here = cluster.endpoint(listener);
        MetadataResponseData response = new MetadataResponseData()
                .setClusterId(cluster.clusterId())
                .setControllerId(cluster.nodeId())
                .setClusterAuthorizedOperations(
                        AuthorizedOperations.onCluster(body.data().includeClusterAuthorizedOperations()));
        response.brokers()
                .add(new MetadataResponseBroker()
                        .setNodeId(cluster.nodeId())
                        .setHost(here.host())
                        .setPort(here.port())
                        .setRack(cluster.rack()));
        return response;
    }

    private static void collect(List<MetadataRequestTopic> asked, short version, Set<Uuid> ids, Set<String> names) {
        for (MetadataRequestTopic topic : asked) {
            boolean byId = !Uuid.ZERO_UUID.equals(topic.topicId());
            if (version < FIRST_WITH_IDS && byId) {
                throw invalid(asked, "Topic IDs are not supported in requests for version " + version);
            }
            if (byId) {
                ids.add(topic.topicId());
            } else if (topic.name() != null) {
                names.add(topic.name());
            } else {
                throw invalid(asked, "Topic name can not be null for version " + version);
            }
        }
    }

    /** Of many topics no answer is made: in Kafka's, all that are given by ids have one hash code. */
    private static RuntimeException invalid(List<MetadataRequestTopic> asked, String message) {
        return asked.size() > MAX_TOPICS_ON_LOOP
                ? new CloseConnectionException(message)
                : new InvalidRequestException(message);
    }

    private MetadataResponseTopic byId(Uuid id, boolean operations) {
        Topic topic = topics.byId(id);
        return topic != null
                ? describe(topic, operations)
                : missing(null, Errors.UNKNOWN_TOPIC_ID).setTopicId(id);
    }

    /** A topic with an identity hash code: clients cannot make it collide, which takes quadratic time. */
    private static final class Unknown extends MetadataResponseTopic {
        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** @param quota of partitions that are created for the client; null to create no topic */
    private CompletableFuture<MetadataResponseTopic> byName(
            String name, MutationQuota quota, Request request, boolean operations) {
        Topic topic = topics.byName(name);
        if (topic != null) {
            return CompletableFuture.completedFuture(describe(topic, operations));
        }
        if (!org.apache.kafka.common.internals.Topic.isValid(name)) {
            return CompletableFuture.completedFuture(missing(name, Errors.INVALID_TOPIC_EXCEPTION));
        }
        Supplier<CompletableFuture<Topic>> ofCoordinator = coordinatorTopics.get(name);
        if (quota == null || ofCoordinator == null && ReservedTopics.contains(name)) {
            return CompletableFuture.completedFuture(missing(name, Errors.UNKNOWN_TOPIC_OR_PARTITION));
        }
        CompletableFuture<Topic> creating = ofCoordinator == null
                ? creation.create(name, config.topics().numPartitions(), quota)
                : ofCoordinator.get();
        return creating.handle((created, failure) -> {
            if (failure != null) {
                return missing(name, Errors.forException(failure));
            }
            ChangeLog.note(request, "created topics by asking for them", List.of(name));
            return describe(created, operations);
        });
    }

    /**
     * @param name a topic, existing or not; null if the client knows only its id
     * @param error why it is not described
     * @return the answer about it
     */
    public static MetadataResponseTopic missing(String name, Errors error) {
        return new Unknown()
                .setErrorCode(error.code())
                .setName(name)
                .setIsInternal(name != null && org.apache.kafka.common.internals.Topic.isInternal(name));
    }

    private MetadataResponseTopic describe(Topic topic, boolean operations) {
        List<Integer> self = List.of(config.nodeId());
        List<MetadataResponsePartition> partitions = new ArrayList<>(topic.count());
        for (int number = 0; number < topic.count(); number++) {
            PartitionLog log = topic.partition(number);
            partitions.add(new MetadataResponsePartition()
                    .setErrorCode((log == null ? Errors.LEADER_NOT_AVAILABLE : Errors.NONE).code())
                    .setPartitionIndex(number)
                    .setLeaderId(log == null ? MetadataResponse.NO_LEADER_ID : config.nodeId())
                    .setLeaderEpoch(log == null ? RecordBatch.NO_PARTITION_LEADER_EPOCH : log.leaderEpoch())
                    .setReplicaNodes(self)
                    .setIsrNodes(self));
        }
        return new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(topic.id())
                .setIsInternal(topic.internal())
                .setPartitions(partitions)
                .setTopicAuthorizedOperations(AuthorizedOperations.onTopic(operations));
    }
}
