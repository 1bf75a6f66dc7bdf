// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;

/** A member of a classic group that uses the oldest or the newest versions. */
final class ClassicMember {
    private static final byte[] METADATA = Utils.toArray(
            ConsumerProtocol.serializeSubscription(new ConsumerPartitionAssignor.Subscription(List.of("t"))));

    private final TestClient client;
    private final String group;
    private final boolean oldest;
    String id = "";
    int generation = -1;

    /** @param oldest true to speak the oldest versions, false for the newest */
    ClassicMember(TestClient client, String group, boolean oldest) {
        this.client = client;
        this.group = group;
        this.oldest = oldest;
    }

    private int version(ApiKeys api) {
        return oldest ? api.oldestVersion() : api.latestVersion();
    }

    /** Joins; when the response only assigns a member id, joins again with it at once. */
    CompletableFuture<JoinGroupResponseData> join() {
        CompletableFuture<JoinGroupResponseData> answer = client.send(
                ApiKeys.JOIN_GROUP,
                version(ApiKeys.JOIN_GROUP),
                new JoinGroupRequestData()
                        .setGroupId(group)
                        .setMemberId(id)
                        .setProtocolType("consumer")
                        .setSessionTimeoutMs(10_000)
                        .setRebalanceTimeoutMs(10_000)
                        .setProtocols(new JoinGroupRequestProtocolCollection(List.of(new JoinGroupRequestProtocol()
                                        .setName("range")
                                        .setMetadata(METADATA))
                                .iterator())));
        return answer.thenCompose(joined -> {
            if (joined.errorCode() == Errors.MEMBER_ID_REQUIRED.code()) {
                id = joined.memberId();
                return join();
            }
            id = joined.memberId();
            generation = joined.generationId();
            return CompletableFuture.completedFuture(joined);
        });
    }

    /** @param members the members, which get their own ids as assignment; none unless this is the leader */
    CompletableFuture<SyncGroupResponseData> sync(ClassicMember... members) {
        return client.send(
                ApiKeys.SYNC_GROUP,
                version(ApiKeys.SYNC_GROUP),
                new SyncGroupRequestData()
                        .setGroupId(group)
                        .setMemberId(id)
                        .setGenerationId(generation)
                        .setProtocolType(oldest ? null : "consumer")
                        .setProtocolName(oldest ? null : "range")
                        .setAssignments(Arrays.stream(members)
                                .map(member -> new SyncGroupRequestAssignment()
                                        .setMemberId(member.id)
                                        .setAssignment(member.id.getBytes()))
                                .toList()));
    }

    Errors heartbeat() {
        HeartbeatResponseData answer = client.ask(
                ApiKeys.HEARTBEAT,
                version(ApiKeys.HEARTBEAT),
                new HeartbeatRequestData().setGroupId(group).setMemberId(id).setGenerationId(generation));
        return Errors.forCode(answer.errorCode());
    }

    Errors leave() {
        LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(group);
        LeaveGroupResponseData answer = client.ask(
                ApiKeys.LEAVE_GROUP,
                version(ApiKeys.LEAVE_GROUP),
                oldest ? request.setMemberId(id) : request.setMembers(List.of(new MemberIdentity().setMemberId(id))));
        return Errors.forCode(
                oldest || answer.members().isEmpty()
                        ? answer.errorCode()
                        : answer.members().get(0).errorCode());
    }
}
