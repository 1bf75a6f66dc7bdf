// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.SyncGroupRequest;
import org.apache.kafka.common.resource.ResourceType;

/** Guards the APIs of members of groups, and those that list and delete groups. Stateless. */
final class GroupGuards {
    private static final short DENIED_TOPIC = Errors.TOPIC_AUTHORIZATION_FAILED.code();

    private GroupGuards() {}

    static CompletionStage<? extends ApiMessage> join(Asked asked, ApiHandler handler) {
        return asMember(asked, asked.data(JoinGroupRequestData.class).groupId(), handler);
    }

    static CompletionStage<? extends ApiMessage> heartbeat(Asked asked, ApiHandler handler) {
        return asMember(asked, asked.data(HeartbeatRequestData.class).groupId(), handler);
    }

    static CompletionStage<? extends ApiMessage> leave(Asked asked, ApiHandler handler) {
        return asMember(asked, asked.data(LeaveGroupRequestData.class).groupId(), handler);
    }

    static CompletionStage<? extends ApiMessage> sync(Asked asked, ApiHandler handler) {
        if (!((SyncGroupRequest) asked.request().body()).areMandatoryProtocolTypeAndNamePresent()) {
            throw Errors.INCONSISTENT_GROUP_PROTOCOL.exception();
        }
        return asMember(asked, asked.data(SyncGroupRequestData.class).groupId(), handler);
    }

    private static CompletionStage<? extends ApiMessage> asMember(Asked asked, String group, ApiHandler handler) {
        asked.requireGroup(AclOperation.READ, group);
        return asked.serve(handler);
    }

    static CompletionStage<? extends ApiMessage> consumerHeartbeat(Asked asked, ApiHandler handler) {
        ConsumerGroupHeartbeatRequestData data = asked.data(ConsumerGroupHeartbeatRequestData.class);
        asked.requireGroup(AclOperation.READ, data.groupId());
        return maySee(asked, data.subscribedTopicNames())
                ? asked.serve(handler)
                : CompletableFuture.completedFuture(
                        new ConsumerGroupHeartbeatResponseData().setErrorCode(DENIED_TOPIC));
    }

    static CompletionStage<? extends ApiMessage> shareHeartbeat(Asked asked, ApiHandler handler) {
        ShareGroupHeartbeatRequestData data = asked.data(ShareGroupHeartbeatRequestData.class);
        asked.requireGroup(AclOperation.READ, data.groupId());
        return maySee(asked, data.subscribedTopicNames())
                ? asked.serve(handler)
                : CompletableFuture.completedFuture(new ShareGroupHeartbeatResponseData().setErrorCode(DENIED_TOPIC));
    }

    /** Topics that the members lack are created by the handler, which asks for itself. */
    static CompletionStage<? extends ApiMessage> streamsHeartbeat(Asked asked, ApiHandler handler) {
        StreamsGroupHeartbeatRequestData data = asked.data(StreamsGroupHeartbeatRequestData.class);
        asked.requireGroup(AclOperation.READ, data.groupId());
        // Names that no topic of an application can have are the handler's to refuse.
        boolean allowed = data.topology() == null
                || maySee(
                        asked,
                        data.topology().subtopologies().stream()
                                .flatMap(GroupGuards::topics)
                                .filter(name -> org.apache.kafka.common.internals.Topic.isValid(name)
                                        && !org.apache.kafka.common.internals.Topic.isInternal(name))
                                .toList());
        return allowed
                ? asked.serve(handler)
                : CompletableFuture.completedFuture(new StreamsGroupHeartbeatResponseData().setErrorCode(DENIED_TOPIC));
    }

    private static Stream<String> topics(Subtopology part) {
        return Stream.of(
                        part.sourceTopics().stream(),
                        part.repartitionSinkTopics().stream(),
                        part.repartitionSourceTopics().stream().map(TopicInfo::name),
                        part.stateChangelogTopics().stream().map(TopicInfo::name))
                .flatMap(names -> names);
    }

    /** @param topics may be null; each is asked for, so that all denials are logged */
    private static boolean maySee(Asked asked, Collection<String> topics) {
        boolean all = true;
        for (String topic : topics == null ? List.<String>of() : new HashSet<>(topics)) {
            all &= asked.allowsTopic(AclOperation.DESCRIBE, topic);
        }
        return all;
    }

    /** Who may describe the cluster sees all groups. */
    static CompletionStage<? extends ApiMessage> list(Asked asked, ApiHandler handler) {
        if (asked.showsCluster(AclOperation.DESCRIBE)) {
            return asked.serve(handler);
        }
        return asked.serve(handler).thenApply(answer -> {
            ListGroupsResponseData response = (ListGroupsResponseData) answer;
            return response.setGroups(Lists.only(
                    response.groups(),
                    group -> asked.shows(AclOperation.DESCRIBE, ResourceType.GROUP, group.groupId())));
        });
    }

    static CompletionStage<? extends ApiMessage> delete(Asked asked, ApiHandler handler) {
        return Denied.take(
                        asked.data(DeleteGroupsRequestData.class).groupsNames(),
                        group -> asked.allows(AclOperation.DELETE, ResourceType.GROUP, group))
                .serve(
                        asked.request(),
                        handler,
                        DeleteGroupsResponseData.class,
                        (response, group) -> response.results()
                                .add(new DeletableGroupResult()
                                        .setGroupId(group)
                                        .setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code())));
    }
}
