// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Clock;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.ApiVersionRange;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Loopback;
import io.varve.server.api.Request;
import io.varve.server.api.table.ApiTable;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.acl.CreateAcls;
import io.varve.server.security.access.Access;
import io.varve.server.security.access.AclAuthorizer;
import io.varve.server.security.access.AuthorizerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.DescribeShareGroupOffsetsRequest;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GuardsTest {
    private static final AuthorizerConfig CONFIG = new AuthorizerConfig(AuthorizerConfig.STANDARD, "", false);

    private final MetadataFixture node = new MetadataFixture(6);
    private final List<AbstractRequest> served = new ArrayList<>();
    private AclAuthorizer authorizer;

    @BeforeEach
    void start() {
        node.start();
        authorizer = AclAuthorizer.start(CONFIG, node.metadata, Clock.system()).orElseThrow();
    }

    @AfterEach
    void close() {
        authorizer.close();
        node.close();
    }

    private void allow(AclOperation operation, String topic) {
        allow(operation, ResourceType.TOPIC, topic);
    }

    private void allow(AclOperation operation, ResourceType type, String name) {
        AclBinding binding = new AclBinding(
                new ResourcePattern(type, name, PatternType.LITERAL),
                new AccessControlEntry("User:ANONYMOUS", "*", operation, AclPermissionType.ALLOW));
        MetadataFixture.await(node.metadata.writer().submit(new CreateAcls(List.of(binding), node.ids)));
    }

    private ApiMessage answer(ApiKeys api, int version, AbstractRequest body, ApiHandler handler) {
        Request request = new Request(new RequestHeader(api, (short) version, "c", 1), body, new Loopback());
        return new Guards(authorizer.access(), node.metadata)
                .guarded(api, handler)
                .handle(request)
                .toCompletableFuture()
                .join();
    }

    private ApiHandler noting(ApiMessage answer) {
        return request -> {
            served.add(request.body());
            return CompletableFuture.completedFuture(answer);
        };
    }

    private static MetadataRequest metadata(int version, String... topics) {
        return new MetadataRequest(
                new MetadataRequestData()
                        .setTopics(new ArrayList<>(Stream.of(topics)
                                .map(topic -> new MetadataRequestTopic().setName(topic))
                                .toList())),
                (short) version);
    }

    @Test
    void itIsKnownWhatEveryServedApiNeeds() {
        Guards guards = new Guards(authorizer.access(), node.metadata);
        for (ApiVersionRange api : ApiTable.versions()) {
            assertThatCode(() -> guards.guarded(api.api(), noting(null))).doesNotThrowAnyException();
        }
    }

    @Test
    void thereAreNoneWithoutAnAuthorizer() {
        ApiHandler handler = noting(null);
        assertThat(new Guards(Access.OPEN, node.metadata).guarded(ApiKeys.PRODUCE, handler))
                .isSameAs(handler);
    }

    /** Version 0 has no other way to name no topics. */
    @Test
    void whoNamesOnlyHiddenTopicsIsNotToldOfAll() {
        MetadataResponseData told = (MetadataResponseData)
                answer(ApiKeys.METADATA, 0, metadata(0, "hidden"), noting(new MetadataResponseData()));
        assertThat(((MetadataRequest) served.get(0)).isAllTopics()).isFalse();
        assertThat(told.topics())
                .singleElement()
                .satisfies(topic -> assertThat(topic.errorCode()).isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED.code()));
    }

    @Test
    void onlyWhoMayCreateTopicsHasThemCreatedByNamingThem() {
        allow(AclOperation.DESCRIBE, "seen");
        allow(AclOperation.DESCRIBE, "made");
        allow(AclOperation.CREATE, "made");
        answer(ApiKeys.METADATA, 4, metadata(4, "seen", "made", "hidden"), noting(new MetadataResponseData()));
        assertThat(((MetadataRequest) served.get(0)).topics()).containsExactly("made");
    }

    @Test
    void aRequestThatMovesToAWorkerIsWholeAgain() {
        MetadataRequest body = metadata(4, "hidden", "other");
        assertThatThrownBy(() -> answer(ApiKeys.METADATA, 4, body, GuardsTest::heavy))
                .isInstanceOf(HeavyRequestException.class);
        assertThat(body.topics()).containsExactlyInAnyOrder("hidden", "other");
    }

    @Test
    void topicsOfGroupsAreThereAgainAsWell() {
        allow(AclOperation.DESCRIBE, ResourceType.GROUP, "group");
        OffsetFetchRequestGroup group = new OffsetFetchRequestGroup()
                .setGroupId("group")
                .setTopics(new ArrayList<>(
                        List.of(new OffsetFetchRequestTopics().setName("hidden").setPartitionIndexes(List.of(0)))));
        OffsetFetchRequestData data = new OffsetFetchRequestData();
        data.groups().add(group);
        data.groups().add(new OffsetFetchRequestGroup().setGroupId("hidden").setTopics(null));
        OffsetFetchRequest fetch =
                OffsetFetchRequest.Builder.forTopicNames(data, false).build((short) 8);
        assertThatThrownBy(() -> answer(ApiKeys.OFFSET_FETCH, 8, fetch, GuardsTest::heavy))
                .isInstanceOf(HeavyRequestException.class);
        assertThat(data.groups()).hasSize(2);
        assertThat(group.topics()).hasSize(1);

        DescribeShareGroupOffsetsRequestGroup shared = new DescribeShareGroupOffsetsRequestGroup()
                .setGroupId("group")
                .setTopics(
                        new ArrayList<>(List.of(new DescribeShareGroupOffsetsRequestTopic().setTopicName("hidden"))));
        DescribeShareGroupOffsetsRequestData wanted = new DescribeShareGroupOffsetsRequestData();
        wanted.groups().add(shared);
        DescribeShareGroupOffsetsRequest describe =
                new DescribeShareGroupOffsetsRequest.Builder(wanted).build((short) 0);
        assertThatThrownBy(() -> answer(ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS, 0, describe, GuardsTest::heavy))
                .isInstanceOf(HeavyRequestException.class);
        assertThat(shared.topics()).hasSize(1);
    }

    private static CompletableFuture<ApiMessage> heavy(Request request) {
        throw new HeavyRequestException("it is");
    }

    @Test
    void whoWantsNoAnswerLosesTheConnectionInsteadOfGettingAnError() {
        ProduceRequestData data = new ProduceRequestData().setAcks((short) 0);
        data.topicData().add(new TopicProduceData().setName("hidden"));
        assertThatThrownBy(() -> answer(ApiKeys.PRODUCE, 9, new ProduceRequest(data, (short) 9), noting(null)))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(CloseConnectionException.class);
        assertThat(((ProduceRequest) served.get(0)).data().topicData()).isEmpty();
    }
}
