// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.group.GroupsFixture;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.KeyValue;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TaskIds;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData.Status;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Checks groups of Kafka Streams applications (KIP-1071), whose internal topics the broker creates. */
class StreamsGroupTest {
    private static final String GROUP = "app";
    private static final String MEMBER = "member";
    private static final String STORE = "app-store-changelog";

    private static StreamsGroupHeartbeatRequestData beat(int epoch) {
        return new StreamsGroupHeartbeatRequestData()
                .setGroupId(GROUP)
                .setMemberId(MEMBER)
                .setMemberEpoch(epoch);
    }

    private static StreamsGroupHeartbeatRequestData joining(String source, String changelog, KeyValue... configs) {
        return beat(0).setProcessId("process")
                .setRebalanceTimeoutMs(10_000)
                .setActiveTasks(List.<TaskIds>of())
                .setStandbyTasks(List.of())
                .setWarmupTasks(List.of())
                .setTopology(new Topology()
                        .setEpoch(0)
                        .setSubtopologies(List.of(new Subtopology()
                                .setSubtopologyId("0")
                                .setSourceTopics(List.of(source))
                                .setStateChangelogTopics(List.of(new TopicInfo()
                                        .setName(changelog)
                                        .setPartitions(0)
                                        .setReplicationFactor((short) 0)
                                        .setTopicConfigs(List.of(configs)))))));
    }

    private static StreamsGroupHeartbeatResponseData send(TestClient client, StreamsGroupHeartbeatRequestData beat) {
        return client.ask(ApiKeys.STREAMS_GROUP_HEARTBEAT, 0, beat);
    }

    private static DescribedGroup describe(TestClient client) {
        StreamsGroupDescribeResponseData answer = client.ask(
                ApiKeys.STREAMS_GROUP_DESCRIBE,
                0,
                new StreamsGroupDescribeRequestData()
                        .setGroupIds(List.of(GROUP))
                        .setIncludeAuthorizedOperations(true));
        return answer.groups().get(0);
    }

    private static KeyValue config(String key, String value) {
        return new KeyValue().setKey(key).setValue(value);
    }

    @Test
    void anApplicationGetsItsTopicsAndItsTasksAndIsKnownAfterACrash() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            client.find(GROUP);
            broker.topic("in", 3);
            StreamsGroupHeartbeatResponseData joined =
                    send(client, joining("in", STORE, config("cleanup.policy", "compact")));
            assertThat(joined.errorCode()).isEqualTo(Errors.NONE.code());
            int[] epoch = {joined.memberEpoch()};
            StreamsGroupHeartbeatResponseData assigned = TestClient.until(
                    answer -> answer.activeTasks() != null
                            && !answer.activeTasks().isEmpty(),
                    () -> {
                        StreamsGroupHeartbeatResponseData answer = send(client, beat(epoch[0]));
                        epoch[0] = answer.memberEpoch();
                        return answer;
                    });
            assertThat(assigned.activeTasks().get(0).partitions()).containsExactlyInAnyOrder(0, 1, 2);
            assertThat(broker.broker.metadata.byName(STORE).count()).isEqualTo(3);
            assertThat(broker.broker.metadata.byName(STORE).configs()).containsEntry("cleanup.policy", "compact");

            broker.crash();
            client.find(GROUP);
            DescribedGroup known = describe(client);
            assertThat(known.members()).singleElement().satisfies(member -> {
                assertThat(member.memberId()).isEqualTo(MEMBER);
                assertThat(member.memberEpoch()).isEqualTo(epoch[0]);
            });
            assertThat(known.topology().subtopologies().get(0).sourceTopics()).containsExactly("in");
            assertThat(known.authorizedOperations()).isEqualTo(GroupOperations.ALL);
        }
    }

    @Test
    void aTopologyThatCannotBeIsRefused() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            client.find(GROUP);
            StreamsGroupHeartbeatResponseData internal = send(client, joining("__consumer_offsets", STORE));
            assertThat(Errors.forCode(internal.errorCode())).isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
            assertThat(internal.errorMessage()).contains("__consumer_offsets").contains("prohibited");
            StreamsGroupHeartbeatResponseData invalid = send(client, joining("in", "a/b"));
            assertThat(Errors.forCode(invalid.errorCode())).isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
            assertThat(invalid.errorMessage()).isEqualTo("Topic names a/b are not valid topic names.");
        }
    }

    @Test
    void aTopicThatCannotBeCreatedIsNamedAndTriedAgainLater() {
        try (GroupsFixture broker = new GroupsFixture(each -> each, Map.of())) {
            TestClient client = new TestClient(broker);
            client.find(GROUP);
            broker.topic("in", 1);
            int[] epoch = {
                send(client, joining("in", STORE, config("retention.ms", "soon")))
                        .memberEpoch()
            };
            Status status = TestClient.until(
                    shown -> shown != null && shown.statusDetail().contains("Creation failed"), () -> {
                        StreamsGroupHeartbeatResponseData answer = send(client, beat(epoch[0]));
                        epoch[0] = answer.memberEpoch();
                        return answer.status() == null || answer.status().isEmpty()
                                ? null
                                : answer.status().get(0);
                    });
            assertThat(status.statusDetail()).contains(STORE).contains("soon");
            assertThat(broker.broker.metadata.byName(STORE)).isNull();
        }
    }
}
