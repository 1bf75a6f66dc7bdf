// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.varve.build.watch.Await;
import io.varve.server.api.group.Offsets;
import io.varve.server.api.group.TestClient;
import io.varve.server.group.GroupsFixture;
import io.varve.server.metadata.topic.Topic;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.junit.jupiter.api.Test;

/** Checks who coordinates groups and transactional ids, and from when on. */
class FindCoordinatorHandlerTest {
    private static final String OFFSETS = "__consumer_offsets";

    @Test
    void isThisBrokerInEveryVersion() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            for (int version = 0; version <= 3; version++) {
                FindCoordinatorResponseData found =
                        client.ask(ApiKeys.FIND_COORDINATOR, version, new FindCoordinatorRequestData().setKey("g"));
                assertThat(found.errorCode()).isEqualTo(Errors.NONE.code());
                assertThat(found.nodeId() + "@" + found.host() + ":" + found.port())
                        .isEqualTo("1@broker.test:9092");
            }
            for (int version = 4; version <= 6; version++) {
                FindCoordinatorResponseData found = find(client, version, CoordinatorType.GROUP, "a", "b");
                assertThat(found.coordinators())
                        .extracting(one -> one.key() + one.errorCode() + one.host())
                        .containsExactly("a0broker.test", "b0broker.test");
            }
        }
    }

    private static FindCoordinatorResponseData find(
            TestClient client, int version, CoordinatorType type, String... keys) {
        return client.ask(
                ApiKeys.FIND_COORDINATOR,
                version,
                new FindCoordinatorRequestData().setKeyType(type.id()).setCoordinatorKeys(List.of(keys)));
    }

    @Test
    void isAlsoTheCoordinatorOfEveryTransactionalId() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            assertThat(find(client, 6, CoordinatorType.TRANSACTION, "x").coordinators())
                    .extracting(one -> one.key() + one.errorCode() + one.host())
                    .containsExactly("x0broker.test");
            assertThat(broker.broker.metadata.byName("__transaction_state").open())
                    .hasSize(4);
        }
    }

    @Test
    void isTheCoordinatorOfEverySharePartition() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            String key = "group:" + Uuid.ONE_UUID + ":0";
            assertThat(find(client, 6, CoordinatorType.SHARE, key).coordinators())
                    .extracting(one -> one.key() + one.errorCode() + one.host())
                    .containsExactly(key + "0broker.test");
            assertThat(find(client, 6, CoordinatorType.SHARE, "x").coordinators())
                    .allSatisfy(one -> assertThat(one.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code()));
            assertThat(find(client, 5, CoordinatorType.SHARE, key).coordinators())
                    .allSatisfy(one -> assertThat(one.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code()));
        }
    }

    @Test
    void makesTheOffsetsTopicAtTheFirstLookUpAndNotBefore() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            ListGroupsResponseData groups = client.ask(ApiKeys.LIST_GROUPS, 5, new ListGroupsRequestData());
            assertThat(groups.groups()).isEmpty();
            HeartbeatResponseData stray = client.ask(
                    ApiKeys.HEARTBEAT,
                    4,
                    new HeartbeatRequestData().setGroupId("g").setMemberId("m"));
            assertThat(stray.errorCode()).isEqualTo(Errors.NOT_COORDINATOR.code());
            assertThat(broker.broker.metadata.byName(OFFSETS)).isNull();

            client.find("g");
            Topic offsets = broker.broker.metadata.byName(OFFSETS);
            assertThat(offsets.open()).hasSize(4);
            assertThat(offsets.internal()).isTrue();
            assertThat(offsets.configs()).containsEntry("cleanup.policy", "compact");
        }
    }

    @Test
    void servesAGroupAsSoonAsItIsFound() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 1);
            client.find("g");
            assertThat(Offsets.commit(client, "g", "t", 0, 1)).isEqualTo(Errors.NONE);
        }
    }

    @Test
    void refusesKeyTypesThatDoNotExist() {
        try (GroupsFixture broker = new GroupsFixture()) {
            FindCoordinatorResponseData found = new TestClient(broker)
                    .ask(
                            ApiKeys.FIND_COORDINATOR,
                            4,
                            new FindCoordinatorRequestData()
                                    .setKeyType((byte) 9)
                                    .setCoordinatorKeys(List.of("x")));
            assertThat(found.coordinators())
                    .allSatisfy(one -> assertThat(one.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code()))
                    .hasSize(1);
        }
    }

    @Test
    void stopsQuicklyEvenWhileItStarts() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 1);
            client.find("g");
            Offsets.commit(client, "g", "t", 0, 9);
            for (int i = 0; i < 20; i++) {
                assertTimeout(Await.PATIENCE, broker::restart);
            }
            assertThat(Offsets.fetch(client, "g", "t", 0)).isEqualTo(9);
        }
    }

    @Test
    void answersNotCoordinatorAfterTheEnd() {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            client.find("g");
            broker.groups.close();
            HeartbeatResponseData late = client.ask(
                    ApiKeys.HEARTBEAT,
                    4,
                    new HeartbeatRequestData().setGroupId("g").setMemberId("m"));
            assertThat(late.errorCode()).isEqualTo(Errors.NOT_COORDINATOR.code());
        }
    }
}
