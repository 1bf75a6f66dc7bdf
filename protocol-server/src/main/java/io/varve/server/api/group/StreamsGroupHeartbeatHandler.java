// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.StreamsGroups;
import io.varve.server.group.StreamsGroups.HeartbeatResult;
import io.varve.server.security.access.Access;
import io.varve.server.security.access.Caller;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatRequest;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse.Status;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Handles the heartbeats of a Kafka Streams application's instances (KIP-1071), by which they join a group,
 * bring their topology, get tasks and leave. Has the topics created that the coordinator finds missing; the
 * members wait for them from heartbeat to heartbeat.
 */
public final class StreamsGroupHeartbeatHandler implements ApiHandler {
    private static final int MAX_NAMED_FAILURES = 3;

    private final StreamsGroups groups;
    private final Access access;
    private final InternalTopicCreation creation;
    private final BooleanSupplier served;

    /**
     * @param groups the streams groups
     * @param access decides who may have topics created
     * @param creation creates the topics between the parts of a topology
     * @param served false while {@code streams.version} is 0
     */
    public StreamsGroupHeartbeatHandler(
            StreamsGroups groups, Access access, InternalTopicCreation creation, BooleanSupplier served) {
        this.access = access;
        this.groups = groups;
        this.creation = creation;
        this.served = served;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        StreamsGroupHeartbeatRequestData heartbeat = ((StreamsGroupHeartbeatRequest) request.body()).data();
        if (!served.getAsBoolean()) {
            throw Errors.UNSUPPORTED_VERSION.exception();
        }
        String wrong = heartbeat.topology() == null
                ? null
                : wrong(topics(heartbeat.topology().subtopologies()));
        if (wrong != null) {
            return CompletableFuture.completedFuture(new StreamsGroupHeartbeatResponseData()
                    .setErrorCode(Errors.STREAMS_INVALID_TOPOLOGY.code())
                    .setErrorMessage(wrong));
        }
        return groups.heartbeat(RequestCaller.of(request), heartbeat)
                .thenApply(result -> withTopics(request, heartbeat.groupId(), result));
    }

    private static List<String> topics(List<Subtopology> parts) {
        return parts.stream()
                .flatMap(part -> Stream.of(
                                part.sourceTopics().stream(),
                                part.repartitionSinkTopics().stream(),
                                part.repartitionSourceTopics().stream().map(TopicInfo::name),
                                part.stateChangelogTopics().stream().map(TopicInfo::name))
                        .flatMap(names -> names))
                .distinct()
                .toList();
    }

    /** @return why an application cannot have these topics, in Kafka's words; null if it can */
    private static String wrong(List<String> topics) {
        String internal = named(topics, Topic::isInternal);
        if (!internal.isEmpty()) {
            return "Use of Kafka internal topics " + internal + " in a Kafka Streams topology is prohibited.";
        }
        String invalid = named(topics, name -> !Topic.isValid(name));
        return invalid.isEmpty() ? null : "Topic names " + invalid + " are not valid topic names.";
    }

    private static String named(List<String> topics, Predicate<String> which) {
        return topics.stream().filter(which).collect(Collectors.joining(","));
    }

    private StreamsGroupHeartbeatResponseData withTopics(Request request, String groupId, HeartbeatResult result) {
        List<String> denied = denied(new Caller(request), result.lacking());
        if (!denied.isEmpty()) {
            addDenial(result.answer(), String.join(", ", denied));
        } else if (!result.lacking().isEmpty()) {
            creation.create(result.lacking(), request.quotaClient(), 2 * groups.heartbeatMs(groupId));
            addFailures(result.answer(), result.lacking());
        }
        return result.answer();
    }

    /** All that is lacking is created, or nothing. */
    private List<String> denied(Caller caller, Collection<CreatableTopic> lacking) {
        if (access.isOpen()
                || lacking.isEmpty()
                || access.shows(caller, AclOperation.CREATE, ResourceType.CLUSTER, Resource.CLUSTER_NAME)) {
            return List.of();
        }
        return lacking.stream()
                .map(CreatableTopic::name)
                .filter(name -> !access.allows(caller, AclOperation.CREATE, ResourceType.TOPIC, name))
                .toList();
    }

    /** @return the status that says that topics are missing */
    private static Optional<StreamsGroupHeartbeatResponseData.Status> missing(
            StreamsGroupHeartbeatResponseData answer) {
        return answer.status() == null
                ? Optional.empty()
                : answer.status().stream()
                        .filter(status -> status.statusCode() == Status.MISSING_INTERNAL_TOPICS.code())
                        .findFirst();
    }

    private static void addDenial(StreamsGroupHeartbeatResponseData answer, String topics) {
        String denial = "Unauthorized to CREATE on topics " + topics + ".";
        Optional<StreamsGroupHeartbeatResponseData.Status> missing = missing(answer);
        if (missing.isPresent()) {
            missing.get().setStatusDetail(missing.get().statusDetail() + "; " + denial);
            return;
        }
        List<StreamsGroupHeartbeatResponseData.Status> statuses =
                answer.status() == null ? new ArrayList<>() : new ArrayList<>(answer.status());
        statuses.add(new StreamsGroupHeartbeatResponseData.Status()
                .setStatusCode(Status.MISSING_INTERNAL_TOPICS.code())
                .setStatusDetail(denial));
        answer.setStatus(statuses);
    }

    /** Adds, to the status that says that topics are missing, why some could not be created. */
    private void addFailures(StreamsGroupHeartbeatResponseData answer, Collection<CreatableTopic> lacking) {
        List<String> names = lacking.stream().map(CreatableTopic::name).toList();
        List<String> failures = new ArrayList<>();
        new TreeMap<>(creation.failures(names)).forEach((topic, why) -> failures.add(topic + " (" + why + ")"));
        if (failures.isEmpty()) {
            return;
        }
        int more = failures.size() - MAX_NAMED_FAILURES;
        String shown = failures.stream().limit(MAX_NAMED_FAILURES).collect(Collectors.joining(", "))
                + (more > 0 ? " and " + more + " more" : "");
        missing(answer)
                .ifPresent(status -> status.setStatusDetail((status.statusDetail() == null ? "" : status.statusDetail())
                        + "; Creation failed: " + shown + "."));
    }
}
