// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.group.GroupsFixture;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.config.ConfigChange;
import io.varve.server.metadata.topic.Topic;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData.TopicPartitions;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.junit.jupiter.api.Test;

/** Checks groups of the consumer protocol (KIP-848). */
class ConsumerGroupTest {
    /** A member that accepts its assignment and reports it, as clients do. */
    private static final class Member {
        private final TestClient client;
        private final String id;
        int epoch;
        int intervalMs;
        List<Integer> owned = List.of();
        private List<TopicPartitions> report = List.of();

        Member(TestClient client, String id) {
            this.client = client;
            this.id = id;
        }

        Errors join(String topic, String regex) {
            return send(new ConsumerGroupHeartbeatRequestData()
                    .setRebalanceTimeoutMs(10_000)
                    .setSubscribedTopicNames(topic == null ? null : List.of(topic))
                    .setSubscribedTopicRegex(regex)
                    .setTopicPartitions(List.of()));
        }

        Errors heartbeat() {
            return send(new ConsumerGroupHeartbeatRequestData().setTopicPartitions(report));
        }

        private Errors send(ConsumerGroupHeartbeatRequestData request) {
            ConsumerGroupHeartbeatResponseData answer = client.ask(
                    ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                    1,
                    request.setGroupId("g").setMemberId(id).setMemberEpoch(epoch));
            if (answer.errorCode() == Errors.NONE.code()) {
                epoch = answer.memberEpoch();
                intervalMs = answer.heartbeatIntervalMs();
                if (answer.assignment() != null) {
                    owned = answer.assignment().topicPartitions().stream()
                            .flatMap(topic -> topic.partitions().stream())
                            .toList();
                    report = answer.assignment().topicPartitions().stream()
                            .map(topic -> new TopicPartitions()
                                    .setTopicId(topic.topicId())
                                    .setPartitions(topic.partitions()))
                            .toList();
                }
            }
            return Errors.forCode(answer.errorCode());
        }
    }

    @Test
    void twoMembersConvergeOnAllPartitions() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("orders", 4);
            client.find("g");
            Member first = new Member(client, "first");
            Member second = new Member(client, "second");
            assertThat(first.join("orders", null)).isEqualTo(Errors.NONE);
            TestClient.until(member -> member.owned.size() == 4, () -> beat(first));
            assertThat(second.join(null, "((a{1000}){1000}){1000}")).isEqualTo(Errors.INVALID_REGULAR_EXPRESSION);
            assertThat(second.join(null, "ord.*")).isEqualTo(Errors.NONE);
            TestClient.until(all -> all.equals(List.of(0, 1, 2, 3)) && first.owned.size() == 2, () -> {
                first.heartbeat();
                second.heartbeat();
                return Stream.concat(first.owned.stream(), second.owned.stream())
                        .sorted()
                        .toList();
            });
        }
    }

    private static Member beat(Member member) {
        member.heartbeat();
        return member;
    }

    @Test
    void aMemberAndItsEpochOutliveARestart() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            Topic topic = broker.topic("orders", 1);
            client.find("g");
            Member member = new Member(client, "only");
            member.join("orders", null);
            TestClient.until(beaten -> beaten.owned.size() == 1, () -> beat(member));
            int epoch = member.epoch;

            broker.restart();
            TestClient.until(error -> error == Errors.NONE, member::heartbeat);
            assertThat(member.epoch).isEqualTo(epoch);
            assertThat(commit(client, topic, epoch)).isEqualTo(Errors.NONE);
            assertThat(commit(client, topic, epoch + 5)).isEqualTo(Errors.STALE_MEMBER_EPOCH);
            assertThat(Offsets.fetch(client, "g", "orders", 0)).isEqualTo(5);
        }
    }

    @Test
    void aMemberIsToldTheIntervalThatItsGroupHas() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("orders", 1);
            client.find("g");
            Member member = new Member(client, "only");
            member.join("orders", null);
            assertThat(member.intervalMs).isEqualTo(50);
            ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "g");
            setInterval(broker, group, Map.of("consumer.heartbeat.interval.ms", "70"));
            assertThat(beat(member).intervalMs).isEqualTo(70);

            broker.restart();
            TestClient.until(error -> error == Errors.NONE, member::heartbeat);
            assertThat(member.intervalMs).isEqualTo(70);
            setInterval(broker, group, Map.of());
            assertThat(beat(member).intervalMs).isEqualTo(50);
        }
    }

    private static void setInterval(GroupsFixture broker, ConfigResource group, Map<String, String> settings) {
        assertThat(MetadataFixture.await(broker.broker.metadata.alterConfigs(
                        List.of(new ConfigChange(group, present -> settings, 1)), false)))
                .containsExactly(ApiError.NONE);
    }

    private static Errors commit(TestClient client, Topic topic, int epoch) {
        OffsetCommitRequestData request = Offsets.committing("g", "", topic.id(), 0, 5)
                .setMemberId("only")
                .setGenerationIdOrMemberEpoch(epoch);
        return MetadataFixture.await(Offsets.commit(client, request, 10));
    }

    @Test
    void aMemberIsGivenPartitionsAddedLater() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            client.find("g");
            Member member = new Member(client, "only");
            assertThat(member.join("later", null)).isEqualTo(Errors.NONE);
            assertThat(member.owned).isEmpty();
            broker.topic("later", 1);
            TestClient.until(beaten -> beaten.owned.size() == 1, () -> beat(member));
            broker.addPartitions("later", 3);
            TestClient.until(beaten -> beaten.owned.size() == 3, () -> beat(member));
        }
    }

    @Test
    void describesItsMembers() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("orders", 1);
            client.find("g");
            Member member = new Member(client, "only");
            member.join("orders", null);
            ConsumerGroupDescribeResponseData answer = client.ask(
                    ApiKeys.CONSUMER_GROUP_DESCRIBE,
                    1,
                    new ConsumerGroupDescribeRequestData()
                            .setGroupIds(List.of("g", "absent"))
                            .setIncludeAuthorizedOperations(true));
            assertThat(answer.groups()).hasSize(2);
            assertThat(answer.groups().get(0).members().get(0).memberId()).isEqualTo("only");
            assertThat(answer.groups().get(0).authorizedOperations()).isPositive();
            assertThat(answer.groups().get(1).errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
        }
    }
}
