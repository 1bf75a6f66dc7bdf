// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.group.GroupsFixture;
import io.varve.server.metadata.topic.Topic;
import java.util.List;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestPartition;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopicCollection;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData.DeleteShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Checks membership and start offsets of share groups (KIP-932), and that both outlive a crash. */
class ShareGroupTest {
    private static final String MEMBER = "m";

    private static ShareGroupHeartbeatResponseData beat(TestClient client, int epoch, String topic) {
        return client.ask(
                ApiKeys.SHARE_GROUP_HEARTBEAT,
                1,
                new ShareGroupHeartbeatRequestData()
                        .setGroupId("s")
                        .setMemberId(MEMBER)
                        .setMemberEpoch(epoch)
                        .setSubscribedTopicNames(topic == null ? null : List.of(topic)));
    }

    /** Joins, and waits until the group has assigned the partitions and prepared their states. */
    private static int join(TestClient client, String topic, int partitions) {
        client.find("s");
        int[] epoch = {beat(client, 0, topic).memberEpoch()};
        TestClient.until(assigned -> assigned == partitions, () -> {
            ShareGroupHeartbeatResponseData answer = beat(client, epoch[0], null);
            assertThat(answer.errorCode()).isEqualTo(Errors.NONE.code());
            epoch[0] = answer.memberEpoch();
            return describe(client).members().get(0).assignment().topicPartitions().stream()
                    .mapToInt(assigned -> assigned.partitions().size())
                    .sum();
        });
        return epoch[0];
    }

    private static ShareGroupDescribeResponseData.DescribedGroup describe(TestClient client) {
        ShareGroupDescribeResponseData answer = client.ask(
                ApiKeys.SHARE_GROUP_DESCRIBE, 1, new ShareGroupDescribeRequestData().setGroupIds(List.of("s")));
        return answer.groups().get(0);
    }

    private static List<DescribeShareGroupOffsetsResponsePartition> offsets(TestClient client) {
        DescribeShareGroupOffsetsResponseData answer = client.ask(
                ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
                1,
                new DescribeShareGroupOffsetsRequestData()
                        .setGroups(List.of(new DescribeShareGroupOffsetsRequestGroup()
                                .setGroupId("s")
                                .setTopics(null))));
        assertThat(answer.groups().get(0).errorCode()).isEqualTo(Errors.NONE.code());
        return answer.groups().get(0).topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
    }

    private static AlterShareGroupOffsetsResponseData alter(TestClient client, String topic, long offset) {
        AlterShareGroupOffsetsRequestTopicCollection topics = new AlterShareGroupOffsetsRequestTopicCollection();
        topics.add(new AlterShareGroupOffsetsRequestTopic()
                .setTopicName(topic)
                .setPartitions(List.of(new AlterShareGroupOffsetsRequestPartition()
                        .setPartitionIndex(0)
                        .setStartOffset(offset))));
        return client.ask(
                ApiKeys.ALTER_SHARE_GROUP_OFFSETS,
                0,
                new AlterShareGroupOffsetsRequestData().setGroupId("s").setTopics(topics));
    }

    @Test
    void aMemberIsAssignedEveryPartitionAndTheirStatesArePrepared() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("orders", 3);
            join(client, "orders", 3);
            assertThat(describe(client).groupState()).isEqualTo("Stable");
            assertThat(offsets(client)).hasSize(3).allSatisfy(partition -> {
                assertThat(partition.startOffset()).isEqualTo(-1);
                assertThat(partition.lag()).isEqualTo(-1);
            });
            assertThat(broker.broker.metadata.byName("__share_group_state").configs())
                    .containsEntry("cleanup.policy", "delete")
                    .containsEntry("retention.ms", "-1");
        }
    }

    @Test
    void aStartOffsetIsAlteredOnceTheGroupIsEmptyAndSurvivesACrash() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("orders", 1);
            int epoch = join(client, "orders", 1);
            assertThat(alter(client, "orders", 7).errorCode()).isEqualTo(Errors.NON_EMPTY_GROUP.code());
            assertThat(beat(client, -1, null).memberEpoch()).isEqualTo(-1).isNotEqualTo(epoch);
            assertThat(alter(client, "absent", 7).responses().find("absent").partitions())
                    .allSatisfy(partition ->
                            assertThat(partition.errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code()));
            assertThat(alter(client, "orders", 7).responses().find("orders").partitions())
                    .allSatisfy(partition -> assertThat(partition.errorCode()).isEqualTo(Errors.NONE.code()));

            broker.crash();
            client.find("s");
            assertThat(offsets(client))
                    .singleElement()
                    .satisfies(partition -> assertThat(partition.startOffset()).isEqualTo(7));
        }
    }

    @Test
    void theStateOfADeletedTopicGoesAlsoWhenTheServerStopsInBetween() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("orders", 1);
            broker.topic("bills", 1);
            join(client, "orders", 1);
            beat(client, -1, null);
            alter(client, "orders", 7);
            alter(client, "bills", 7);
            Topic gone = broker.broker.metadata.byName("orders");
            Topic kept = broker.broker.metadata.byName("bills");
            assertThat(broker.hasShareState(gone.id())).isTrue();

            broker.restartDeleting("orders");
            client.find("s");
            TestClient.until(has -> !has, () -> broker.hasShareState(gone.id()));
            assertThat(broker.hasShareState(kept.id())).isTrue();
            broker.deleteTopic("bills");
            TestClient.until(has -> !has, () -> broker.hasShareState(kept.id()));
        }
    }

    @Test
    void deletedOffsetsAreGone() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("orders", 1);
            join(client, "orders", 1);
            beat(client, -1, null);
            alter(client, "orders", 7);
            DeleteShareGroupOffsetsResponseData deleted = client.ask(
                    ApiKeys.DELETE_SHARE_GROUP_OFFSETS,
                    0,
                    new DeleteShareGroupOffsetsRequestData()
                            .setGroupId("s")
                            .setTopics(List.of(new DeleteShareGroupOffsetsRequestTopic().setTopicName("orders"))));
            assertThat(deleted.errorCode()).isEqualTo(Errors.NONE.code());
            assertThat(deleted.responses())
                    .singleElement()
                    .satisfies(topic -> assertThat(topic.errorCode()).isEqualTo(Errors.NONE.code()));
            assertThat(offsets(client)).isEmpty();
        }
    }

    @Test
    void aMemberIdOfAnotherFormIsRefused() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            client.find("s");
            ShareGroupHeartbeatResponseData answer = client.ask(
                    ApiKeys.SHARE_GROUP_HEARTBEAT,
                    1,
                    new ShareGroupHeartbeatRequestData().setGroupId("s").setMemberId("m".repeat(37)));
            assertThat(answer.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        }
    }
}
