// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.StorageException;
import io.varve.server.api.CloseConnectionException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.ListGroupsResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class ProtocolTest {
    static final short PRODUCE = 9;

    @ParameterizedTest
    @ValueSource(shorts = {0, 1, 2, 3, 4})
    void tellsEachVersionOfApiVersionsWhatIsServed(short version) throws Exception {
        try (NetServer server = Servers.start(Servers.metadata(1), noProduce());
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.apiVersions(5, version));
            ApiVersionsResponseData response =
                    ((ApiVersionsResponse) client.receive(ApiKeys.API_VERSIONS, version)).data();
            assertThat(response.errorCode()).isEqualTo(Errors.NONE.code());
            assertThat(response.apiKeys())
                    .extracting("apiKey", "minVersion", "maxVersion")
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple((short) 0, (short) 0, (short) 13),
                            org.assertj.core.groups.Tuple.tuple((short) 3, (short) 0, (short) 13),
                            org.assertj.core.groups.Tuple.tuple((short) 18, (short) 0, (short) 4));
            if (version >= 3) {
                Set<String> supported = version >= 4
                        ? Set.of(
                                "metadata.version",
                                "group.version",
                                "share.version",
                                "streams.version",
                                "transaction.version")
                        : Set.of("metadata.version");
                assertThat(response.supportedFeatures())
                        .extracting("name", String.class)
                        .containsExactlyInAnyOrderElementsOf(supported);
                assertThat(response.finalizedFeatures())
                        .extracting("name", String.class)
                        .containsExactlyInAnyOrder(
                                "metadata.version",
                                "group.version",
                                "share.version",
                                "streams.version",
                                "transaction.version");
                assertThat(response.finalizedFeaturesEpoch()).isZero();
            }
        }
    }

    @Test
    void answersAnApiVersionsRequestFromTheFutureInVersion0() throws Exception {
        try (NetServer server = Servers.start();
                RawClient client = new RawClient(Servers.port(server))) {
            byte[] request = RawClient.apiVersions(5, 4);
            ByteBuffer.wrap(request).putShort(6, (short) 99);
            client.send(request);
            ApiVersionsResponse response = (ApiVersionsResponse) client.receive(ApiKeys.API_VERSIONS, (short) 0);
            assertThat(response.data().errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            assertThat(response.apiVersion(ApiKeys.API_VERSIONS.id).maxVersion())
                    .isEqualTo((short) 4);
            client.send(RawClient.apiVersions(6, 4));
            assertThat(client.receiveId()).isEqualTo(6);
        }
    }

    @Test
    void answersTheProbeOfKafkaPython2() throws Exception {
        try (NetServer server = Servers.start(Servers.metadata(1));
                RawClient client = new RawClient(Servers.port(server))) {
            byte[] pair = concat(
                    RawClient.apiVersions(1, 0),
                    RawClient.frame(
                            ApiKeys.METADATA, (short) 0, 2, new org.apache.kafka.common.message.MetadataRequestData()));
            client.send(pair);
            assertThat(((ApiVersionsResponse) client.receive(ApiKeys.API_VERSIONS, (short) 0))
                            .data()
                            .errorCode())
                    .isZero();
            assertThat(((MetadataResponse) client.receive(ApiKeys.METADATA, (short) 0)).brokers())
                    .hasSize(1);
        }
    }

    @Test
    void answersUnsupportedVersionForAnApiItKnowsButDoesNotServe() throws Exception {
        try (NetServer server = Servers.start(Servers.metadata(1));
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.frame(ApiKeys.LIST_GROUPS, (short) 4, 3, new ListGroupsRequestData()));
            ListGroupsResponse response = (ListGroupsResponse) client.receive(ApiKeys.LIST_GROUPS, (short) 4);
            assertThat(response.data().errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            client.send(RawClient.metadata(4));
            assertThat(client.receiveId()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4, 56, 93, 9999})
    void closesOnAnApiKeyThatIsNoneForClients(int api) throws Exception {
        closesOn(0, (short) api);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 14, Short.MAX_VALUE})
    void closesOnAVersionNobodyCanParse(int version) throws Exception {
        closesOn(2, (short) version);
    }

    private static void closesOn(int position, short value) throws Exception {
        try (NetServer server = Servers.start(Servers.metadata(1));
                RawClient client = new RawClient(Servers.port(server))) {
            byte[] wrong = RawClient.metadata(2);
            ByteBuffer.wrap(wrong).putShort(Integer.BYTES + position, value);
            client.send(concat(RawClient.metadata(1), wrong, RawClient.metadata(3)));
            assertThat(client.receiveId()).as("what came before is answered").isEqualTo(1);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void closesOnABodyThatIsNone() throws Exception {
        try (NetServer server = Servers.start(Servers.metadata(1));
                RawClient client = new RawClient(Servers.port(server))) {
            byte[] request = RawClient.metadata(1);
            ByteBuffer.wrap(request).putInt(request.length - Integer.BYTES, Integer.MAX_VALUE);
            client.send(request);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void ignoresBytesAfterTheRequest() throws Exception {
        try (NetServer server = Servers.start(Servers.metadata(1));
                RawClient client = new RawClient(Servers.port(server))) {
            byte[] request = RawClient.metadata(1);
            byte[] body = new byte[request.length - Integer.BYTES + 9];
            System.arraycopy(request, Integer.BYTES, body, 0, request.length - Integer.BYTES);
            client.send(RawClient.frame(body));
            assertThat(client.receiveId()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(NettyTransport.class)
    void givesTheHandlerTheRecordBytesWhereTheyWereReceived(NettyTransport transport) throws Exception {
        NetConfig config = Servers.config(NetConfig.Connections.DEFAULT, NetConfig.Requests.DEFAULT);
        for (int recordSize : new int[] {10, 60_000, 3_000_000}) {
            AtomicReference<String> seen = new AtomicReference<>();
            try (NetServer server =
                            Servers.start(config, transport, ScriptedHandler.answering(ApiKeys.PRODUCE, request -> {
                                seen.set(describe((ProduceRequest) request.body()));
                                return new ProduceResponseData();
                            }));
                    RawClient client = new RawClient(Servers.port(server))) {
                byte[] request = produce(1, (short) -1, recordSize);
                client.send(request, 0, 7)
                        .send(request, 7, request.length - 7)
                        .send(request)
                        .send(request);
                for (int i = 0; i < 3; i++) {
                    assertThat(client.receiveId()).isEqualTo(1);
                }
                assertThat(seen).hasValue("direct, writable, valid, one record of " + recordSize);
            }
        }
    }

    private static String describe(ProduceRequest request) {
        MemoryRecords records = (MemoryRecords) request.data()
                .topicData()
                .iterator()
                .next()
                .partitionData()
                .get(0)
                .records();
        ByteBuffer bytes = records.buffer();
        records.batches().forEach(batch -> batch.ensureValid());
        return (bytes.isDirect() ? "direct, " : "heap, ")
                + (bytes.isReadOnly() ? "read-only, " : "writable, ")
                + "valid, one record of "
                + records.records().iterator().next().valueSize();
    }

    @Test
    void sendsNothingForAcks0AndKeepsTheOrder() throws Exception {
        CompletableFuture<ProduceResponseData> slow = new CompletableFuture<>();
        try (NetServer server =
                        Servers.start(new ScriptedHandler(ApiKeys.PRODUCE, request -> slow), Servers.metadata(1));
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(concat(RawClient.metadata(1), produce(2, (short) 0, 10), RawClient.metadata(3)));
            assertThat(client.receiveId()).isEqualTo(1);
            slow.complete(null);
            assertThat(client.receiveId()).isEqualTo(3);
        }
    }

    @Test
    void closesWhenAnAcks0ProduceFails() throws Exception {
        try (NetServer server = Servers.start(
                        new ScriptedHandler(
                                ApiKeys.PRODUCE,
                                request -> CompletableFuture.failedFuture(new CloseConnectionException("no topic"))),
                        Servers.metadata(1));
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(concat(RawClient.metadata(1), produce(2, (short) 0, 10), RawClient.metadata(3)));
            assertThat(client.receiveId()).isEqualTo(1);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    enum Failure {
        API(new GroupIdNotFoundException("x"), Errors.GROUP_ID_NOT_FOUND),
        STORAGE(new StorageException(StorageException.Kind.FULL, "disk"), Errors.KAFKA_STORAGE_ERROR),
        GONE(new StorageException(StorageException.Kind.CLOSED, "deleted"), Errors.NOT_LEADER_OR_FOLLOWER),
        BUG(new IllegalStateException("a bug, logged once"), Errors.UNKNOWN_SERVER_ERROR),
        ERROR(new AssertionError("a bug, logged once"), Errors.UNKNOWN_SERVER_ERROR);

        private final Throwable thrown;
        private final Errors answered;

        Failure(Throwable thrown, Errors answered) {
            this.thrown = thrown;
            this.answered = answered;
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersAFailureWithTheApisOwnError(Failure failure) throws Exception {
        try (NetServer server = Servers.start(
                        new ScriptedHandler(
                                ApiKeys.LIST_GROUPS, request -> CompletableFuture.failedFuture(failure.thrown)),
                        new ScriptedHandler(ApiKeys.DELETE_GROUPS, request -> {
                            throw sneaky(failure.thrown);
                        }));
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.frame(ApiKeys.LIST_GROUPS, (short) 1, 1, new ListGroupsRequestData()));
            assertThat(client.receive(ApiKeys.LIST_GROUPS, (short) 1).errorCounts())
                    .containsOnlyKeys(failure.answered);
            DeleteGroupsRequestData delete = new DeleteGroupsRequestData();
            delete.groupsNames().add("g");
            client.send(RawClient.frame(ApiKeys.DELETE_GROUPS, (short) 1, 1, delete));
            assertThat(client.receive(ApiKeys.DELETE_GROUPS, (short) 1).errorCounts())
                    .containsOnlyKeys(failure.answered);
        }
    }

    private static RuntimeException sneaky(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown;
    }

    private static ScriptedHandler noProduce() {
        return ScriptedHandler.answering(ApiKeys.PRODUCE, request -> new ProduceResponseData());
    }

    static byte[] produce(int correlationId, short acks, int recordSize) {
        PartitionProduceData partition = new PartitionProduceData()
                .setIndex(0)
                .setRecords(MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[recordSize])));
        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        TopicProduceData topic = new TopicProduceData().setName("t");
        topic.partitionData().add(partition);
        topics.add(topic);
        ProduceRequestData request =
                new ProduceRequestData().setAcks(acks).setTimeoutMs(1000).setTopicData(topics);
        return RawClient.frame(ApiKeys.PRODUCE, PRODUCE, correlationId, request);
    }

    static byte[] concat(byte[]... parts) {
        int size = 0;
        for (byte[] part : parts) {
            size += part.length;
        }
        ByteBuffer all = ByteBuffer.allocate(size);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
