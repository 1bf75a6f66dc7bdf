// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.group.GroupsFixture;
import io.varve.server.metadata.MetadataFixture;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks classic groups, in the oldest and in the newest versions of their APIs. */
class ClassicGroupTest {
    @ParameterizedTest(name = "oldest versions: {0}")
    @ValueSource(booleans = {true, false})
    void twoMembersShareAGroupFromJoinToLeave(boolean oldest) {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            broker.topic("t", 1);
            client.find("g");
            ClassicMember first = new ClassicMember(client, "g", oldest);
            ClassicMember second = new ClassicMember(client, "g", oldest);

            JoinGroupResponseData alone = MetadataFixture.await(first.join());
            assertThat(alone.errorCode()).isEqualTo(Errors.NONE.code());
            assertThat(alone.leader()).isEqualTo(first.id);
            assertThat(first.id).startsWith("test-client-");
            MetadataFixture.await(first.sync(first));

            CompletableFuture<JoinGroupResponseData> coming = second.join();
            TestClient.until(error -> error == Errors.REBALANCE_IN_PROGRESS, first::heartbeat);
            assertThat(coming).isNotDone();
            JoinGroupResponseData together = MetadataFixture.await(first.join());
            assertThat(MetadataFixture.await(coming).generationId()).isEqualTo(together.generationId());
            assertThat(together.members()).hasSize(2);

            CompletableFuture<SyncGroupResponseData> waiting = second.sync();
            assertThat(MetadataFixture.await(first.sync(first, second)).assignment())
                    .isEqualTo(first.id.getBytes());
            assertThat(MetadataFixture.await(waiting).assignment()).isEqualTo(second.id.getBytes());
            assertThat(first.heartbeat()).isEqualTo(Errors.NONE);

            assertThat(commit(client, first, first.generation)).isEqualTo(Errors.NONE);
            assertThat(commit(client, first, first.generation - 1)).isEqualTo(Errors.ILLEGAL_GENERATION);

            assertThat(second.leave()).isEqualTo(Errors.NONE);
            assertThat(second.heartbeat()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            assertThat(first.leave()).isEqualTo(Errors.NONE);
            assertThat(Offsets.fetch(client, "g", "t", 0)).isEqualTo(11);
        }
    }

    private static Errors commit(TestClient client, ClassicMember member, int generation) {
        OffsetCommitRequestData request = Offsets.committing("g", "t", Uuid.ZERO_UUID, 0, 11)
                .setMemberId(member.id)
                .setGenerationIdOrMemberEpoch(generation);
        return MetadataFixture.await(Offsets.commit(client, request, 9));
    }

    @ParameterizedTest(name = "oldest versions: {0}")
    @ValueSource(booleans = {true, false})
    void groupsAreDescribedListedAndDeleted(boolean oldest) {
        try (GroupsFixture broker = new GroupsFixture()) {
            TestClient client = new TestClient(broker);
            client.find("g");
            ClassicMember member = new ClassicMember(client, "g", oldest);
            MetadataFixture.await(member.join());
            MetadataFixture.await(member.sync(member));

            DescribedGroup described = describe(client, "g", oldest);
            assertThat(described.groupState()).isEqualTo("Stable");
            assertThat(described.protocolData()).isEqualTo("range");
            assertThat(described.members().get(0).clientHost()).contains("127.0.0.1");
            assertThat(described.members().get(0).memberAssignment()).isEqualTo(member.id.getBytes());

            assertThat(list(client, oldest)).containsExactly("g");
            assertThat(delete(client, oldest)).isEqualTo(Errors.NON_EMPTY_GROUP);
            member.leave();
            assertThat(delete(client, oldest)).isEqualTo(Errors.NONE);
            assertThat(list(client, oldest)).isEmpty();

            DescribedGroup gone = describe(client, "g", oldest);
            assertThat(gone.groupState()).isEqualTo("Dead");
            assertThat(gone.errorCode()).isEqualTo((oldest ? Errors.NONE : Errors.GROUP_ID_NOT_FOUND).code());
        }
    }

    private static int version(ApiKeys api, boolean oldest) {
        return oldest ? api.oldestVersion() : api.latestVersion();
    }

    private static DescribedGroup describe(TestClient client, String group, boolean oldest) {
        DescribeGroupsResponseData answer = client.ask(
                ApiKeys.DESCRIBE_GROUPS,
                version(ApiKeys.DESCRIBE_GROUPS, oldest),
                new DescribeGroupsRequestData().setGroups(List.of(group)).setIncludeAuthorizedOperations(!oldest));
        return answer.groups().get(0);
    }

    private static List<String> list(TestClient client, boolean oldest) {
        ListGroupsResponseData answer =
                client.ask(ApiKeys.LIST_GROUPS, version(ApiKeys.LIST_GROUPS, oldest), new ListGroupsRequestData());
        assertThat(answer.errorCode()).isEqualTo(Errors.NONE.code());
        return answer.groups().stream().map(group -> group.groupId()).toList();
    }

    private static Errors delete(TestClient client, boolean oldest) {
        DeleteGroupsResponseData answer = client.ask(
                ApiKeys.DELETE_GROUPS,
                version(ApiKeys.DELETE_GROUPS, oldest),
                new DeleteGroupsRequestData().setGroupsNames(List.of("g")));
        return Errors.forCode(answer.results().find("g").errorCode());
    }
}
