// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.spi.SegmentLimits;
import io.varve.server.group.GroupsFixture;
import io.varve.server.group.HeldStorage;
import io.varve.server.metadata.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Checks committed offsets as clients see them. */
class OffsetsTest {
    @Test
    void commitsAndFetchesByNameInEveryVersion() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 2);
            client.find("g");
            for (int version = 2; version <= 9; version++) {
                assertThat(Offsets.commit(
                                        client, Offsets.committing("g", "t", Uuid.ZERO_UUID, 1, 100 + version), version)
                                .join())
                        .isEqualTo(Errors.NONE);
                assertThat(Offsets.fetch(client, "g", "t", 1)).isEqualTo(100 + version);
            }
            for (int version = 1; version <= 7; version++) {
                OffsetFetchResponseData answer = client.ask(
                        ApiKeys.OFFSET_FETCH,
                        version,
                        new OffsetFetchRequestData()
                                .setGroupId("g")
                                .setTopics(List.of(new OffsetFetchRequestTopic()
                                        .setName("t")
                                        .setPartitionIndexes(List.of(0, 1)))));
                assertThat(answer.topics().get(0).partitions())
                        .extracting(partition -> partition.committedOffset())
                        .containsExactlyInAnyOrder(-1L, 109L);
            }
        }
    }

    @Test
    void commitsAndFetchesByIdFromVersionTenOn() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            Topic topic = broker.topic("t", 1);
            client.find("g");
            assertThat(Offsets.commit(client, Offsets.committing("g", "", topic.id(), 0, 42), 10)
                            .join())
                    .isEqualTo(Errors.NONE);
            assertThat(Offsets.commit(client, Offsets.committing("g", "", Uuid.ONE_UUID, 0, 42), 10)
                            .join())
                    .isEqualTo(Errors.UNKNOWN_TOPIC_ID);

            OffsetFetchResponseGroup all = Offsets.fetchGroup(client, "g", null, 10);
            assertThat(all.topics()).hasSize(1);
            assertThat(all.topics().get(0).topicId()).isEqualTo(topic.id());
            assertThat(all.topics().get(0).partitions().get(0).committedOffset())
                    .isEqualTo(42);
            OffsetFetchResponseGroup unknown = Offsets.fetchGroup(
                    client,
                    "g",
                    new OffsetFetchRequestTopics().setTopicId(Uuid.ONE_UUID).setPartitionIndexes(List.of(3)),
                    10);
            assertThat(unknown.topics().get(0).partitions().get(0).errorCode())
                    .isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
        }
    }

    @Test
    void refusesOffsetsOfTopicsAndPartitionsThatDoNotExist() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 1);
            client.find("g");
            assertThat(Offsets.commit(client, "g", "t", 1, 5)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(Offsets.commit(client, "g", "t", -1, 5)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(Offsets.commit(client, "g", "other", 0, 5)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(Offsets.fetch(client, "g", "other", 0)).isEqualTo(-1);
        }
    }

    @Test
    void answersEachGroupOfAFetchByItself() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 1);
            client.find("a");
            client.find("b");
            Offsets.commit(client, "a", "t", 0, 1);
            Offsets.commit(client, "b", "t", 0, 2);
            OffsetFetchResponseData answer = client.ask(
                    ApiKeys.OFFSET_FETCH,
                    8,
                    new OffsetFetchRequestData()
                            .setRequireStable(true)
                            .setGroups(List.of(
                                    new OffsetFetchRequestData.OffsetFetchRequestGroup()
                                            .setGroupId("a")
                                            .setTopics(null),
                                    new OffsetFetchRequestData.OffsetFetchRequestGroup()
                                            .setGroupId("b")
                                            .setTopics(null))));
            assertThat(answer.groups())
                    .extracting(group -> group.groupId()
                            + group.topics().get(0).partitions().get(0).committedOffset())
                    .containsExactly("a1", "b2");
        }
    }

    @Test
    void findsOffsetsAgainAfterTheyWereCompacted() {
        try (GroupsFixture broker =
                new GroupsFixture(UnaryOperator.identity(), Map.of("offsets.topic.num.partitions", "1"))) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 3);
            client.find("a");
            PartitionLog log = offsets(broker);
            assertThat(log.config().compacted()).isTrue();
            log.configure(smallSegments(log.config()));
            for (int i = 1; i <= 300; i++) {
                assertThat(Offsets.commit(client, i % 2 == 0 ? "a" : "b", "t", i % 3, i))
                        .isEqualTo(Errors.NONE);
            }
            deleteOffset(client, "b", "t", 2);
            Offsets.commit(client, "a", "t", 0, 1000);
            long before = log.sizeInBytes();
            while (broker.broker.engine.compactOnce()) {}
            assertThat(log.sizeInBytes()).isLessThan(before / 5);
            broker.restart();
            for (int round = 0; round < 2; round++) {
                assertThat(Offsets.fetch(client, "a", "t", 0)).isEqualTo(1000);
                assertThat(Offsets.fetch(client, "a", "t", 1)).isEqualTo(298);
                assertThat(Offsets.fetch(client, "b", "t", 0)).isEqualTo(297);
                assertThat(Offsets.fetch(client, "b", "t", 1)).isEqualTo(295);
                assertThat(Offsets.fetch(client, "b", "t", 2)).isEqualTo(-1);
                broker.crash();
            }
        }
    }

    private static PartitionLog offsets(GroupsFixture broker) {
        return broker.broker.metadata.byName("__consumer_offsets").partition(0);
    }

    private static PartitionConfig smallSegments(PartitionConfig config) {
        return new PartitionConfig(
                new SegmentLimits(2_000, Long.MAX_VALUE, 4096, 1 << 20),
                config.maxMessageBytes(),
                config.logAppendTime(),
                config.timestampBeforeMaxMs(),
                config.timestampAfterMaxMs(),
                config.compaction());
    }

    private static void deleteOffset(TestClient client, String group, String topic, int partition) {
        OffsetDeleteRequestTopicCollection topics = new OffsetDeleteRequestTopicCollection();
        topics.add(new OffsetDeleteRequestTopic()
                .setName(topic)
                .setPartitions(List.of(new OffsetDeleteRequestPartition().setPartitionIndex(partition))));
        OffsetDeleteResponseData answer = client.ask(
                ApiKeys.OFFSET_DELETE,
                0,
                new OffsetDeleteRequestData().setGroupId(group).setTopics(topics));
        assertThat(answer.errorCode()).isZero();
    }

    @Test
    void findsOffsetsAgainAfterARestartAndAfterAPowerCut() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 1);
            client.find("g");
            assertThat(Offsets.commit(client, "g", "t", 0, 7)).isEqualTo(Errors.NONE);
            broker.restart();
            assertThat(Offsets.fetch(client, "g", "t", 0)).isEqualTo(7);
            assertThat(Offsets.commit(client, "g", "t", 0, 8)).isEqualTo(Errors.NONE);
            broker.crash();
            assertThat(Offsets.fetch(client, "g", "t", 0)).isEqualTo(8);
        }
    }

    @Test
    void readsBackManyOffsetsOfManyGroups() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 1);
            int groups = 50;
            for (int group = 0; group < groups; group++) {
                client.find("g" + group); // each waits for its own partition
            }
            for (int round = 0; round < 20; round++) {
                List<CompletableFuture<Errors>> commits = new ArrayList<>();
                for (int group = 0; group < groups; group++) {
                    commits.add(Offsets.commit(
                            client, Offsets.committing("g" + group, "t", Uuid.ZERO_UUID, 0, round * 1000L + group), 9));
                }
                commits.forEach(commit -> assertThat(commit.join()).isEqualTo(Errors.NONE));
            }
            broker.restart();
            for (int group = 0; group < groups; group++) {
                assertThat(Offsets.fetch(client, "g" + group, "t", 0)).isEqualTo(19_000 + group);
            }
        }
    }

    @Test
    void showsAnOffsetOnlyWhenItIsDurable() {
        HeldStorage[] storage = new HeldStorage[1];
        try (GroupsFixture broker = new GroupsFixture(real -> storage[0] = new HeldStorage(real), Map.of())) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 1);
            client.find("g");
            Offsets.commit(client, "g", "t", 0, 1);
            storage[0].hold();
            CompletableFuture<Errors> second =
                    Offsets.commit(client, Offsets.committing("g", "t", Uuid.ZERO_UUID, 0, 2), 9);
            assertThat(Offsets.fetch(client, "g", "t", 0)).isEqualTo(1);
            assertThat(second).isNotDone();
            storage[0].release();
            assertThat(second.join()).isEqualTo(Errors.NONE);
            assertThat(Offsets.fetch(client, "g", "t", 0)).isEqualTo(2);
        }
    }

    @Test
    void saysNotAvailableWhenDurabilityTakesTooLongAndShowsTheOffsetOnceItIsThere() {
        HeldStorage[] storage = new HeldStorage[1];
        try (GroupsFixture broker = new GroupsFixture(
                real -> storage[0] = new HeldStorage(real), Map.of("offsets.commit.timeout.ms", "100"))) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 1);
            client.find("g");
            storage[0].hold();
            assertThat(Offsets.commit(client, "g", "t", 0, 2)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
            assertThat(Offsets.fetch(client, "g", "t", 0)).isEqualTo(-1);
            storage[0].release();
            TestClient.until(offset -> offset == 2, () -> Offsets.fetch(client, "g", "t", 0));
        }
    }

    @Test
    void forgetsTheOffsetsOfADeletedTopic() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("gone", 1);
            broker.topic("kept", 1);
            client.find("g");
            Offsets.commit(client, "g", "gone", 0, 3);
            Offsets.commit(client, "g", "kept", 0, 4);
            broker.deleteTopic("gone");
            TestClient.until(offset -> offset == -1, () -> Offsets.fetch(client, "g", "gone", 0));
            assertThat(Offsets.fetch(client, "g", "kept", 0)).isEqualTo(4);
        }
    }

    @Test
    void forgetsTheOffsetsOfATopicDeletedWhileGroupsAreRead() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("gone", 1);
            client.find("g");
            Offsets.commit(client, "g", "gone", 0, 3);
            broker.restart();
            broker.deleteTopic("gone");
            TestClient.until(offset -> offset == -1, () -> Offsets.fetch(client, "g", "gone", 0));
        }
    }

    @Test
    void forgetsTheOffsetsOfATopicDeletedWhileItWasDown() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("reborn", 1);
            broker.topic("kept", 1);
            client.find("g");
            Offsets.commit(client, "g", "reborn", 0, 3);
            Offsets.commit(client, "g", "kept", 0, 4);
            broker.restartDeleting("reborn");
            broker.topic("reborn", 1);
            TestClient.until(offset -> offset == -1, () -> Offsets.fetch(client, "g", "reborn", 0));
            assertThat(Offsets.fetch(client, "g", "kept", 0)).isEqualTo(4);
        }
    }

    @Test
    void deletesOffsetsOnRequest() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 2);
            client.find("g");
            Offsets.commit(client, "g", "t", 0, 3);
            Offsets.commit(client, "g", "t", 1, 4);
            OffsetDeleteRequestTopicCollection topics = new OffsetDeleteRequestTopicCollection();
            topics.add(new OffsetDeleteRequestTopic()
                    .setName("t")
                    .setPartitions(List.of(
                            new OffsetDeleteRequestPartition().setPartitionIndex(0),
                            new OffsetDeleteRequestPartition().setPartitionIndex(9))));
            OffsetDeleteResponseData answer = client.ask(
                    ApiKeys.OFFSET_DELETE,
                    0,
                    new OffsetDeleteRequestData().setGroupId("g").setTopics(topics));
            assertThat(answer.topics().find("t").partitions().find(0).errorCode())
                    .isEqualTo(Errors.NONE.code());
            assertThat(answer.topics().find("t").partitions().find(9).errorCode())
                    .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
            assertThat(Offsets.fetch(client, "g", "t", 0)).isEqualTo(-1);
            assertThat(Offsets.fetch(client, "g", "t", 1)).isEqualTo(4);
        }
    }

    /** Many partitions, known and unknown, each named twice: in quadratic time this takes minutes. */
    @Test
    void deletesOffsetsInTimeThatGrowsWithTheRequest() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 1);
            client.find("g");
            Offsets.commit(client, "g", "t", 0, 3);
            List<OffsetDeleteRequestPartition> partitions = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                partitions.add(new OffsetDeleteRequestPartition().setPartitionIndex(i % 2 == 0 ? 0 : 9));
            }
            OffsetDeleteRequestTopicCollection topics = new OffsetDeleteRequestTopicCollection();
            topics.add(new OffsetDeleteRequestTopic().setName("t").setPartitions(partitions));
            OffsetDeleteResponseData answer = assertTimeoutPreemptively(
                    Duration.ofSeconds(60),
                    () -> client.ask(
                            ApiKeys.OFFSET_DELETE,
                            0,
                            new OffsetDeleteRequestData().setGroupId("g").setTopics(topics)));
            assertThat(answer.topics().find("t").partitions()).hasSize(2);
            assertThat(Offsets.fetch(client, "g", "t", 0)).isEqualTo(-1);
        }
    }

    @Test
    void answersAGroupNamedTwiceOnce() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 1);
            client.find("a");
            Offsets.commit(client, "a", "t", 0, 1);
            OffsetFetchRequestData.OffsetFetchRequestGroup group = new OffsetFetchRequestData.OffsetFetchRequestGroup()
                    .setGroupId("a")
                    .setTopics(null);
            OffsetFetchResponseData answer = client.ask(
                    ApiKeys.OFFSET_FETCH, 8, new OffsetFetchRequestData().setGroups(List.of(group, group.duplicate())));
            assertThat(answer.groups())
                    .extracting(OffsetFetchResponseGroup::errorCode)
                    .containsExactly(Errors.NONE.code(), Errors.INVALID_REQUEST.code());
            DescribeGroupsResponseData described = client.ask(
                    ApiKeys.DESCRIBE_GROUPS, 5, new DescribeGroupsRequestData().setGroups(List.of("a", "b", "a")));
            assertThat(described.groups()).hasSize(2);
        }
    }
}
