// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.server.api.SliceRecords;
import io.varve.server.security.SecuredListeners;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(180)
class SliceRecordsTest {
    private static final short FETCH = 12;
    private static final int FILE_BYTES = 24 * 1024 * 1024;
    private static final long SEED = 20_260_101;

    private final byte[] content = new byte[FILE_BYTES];
    private final List<TrackedSlice> slices = Collections.synchronizedList(new ArrayList<>());
    private FileChannel file;

    @BeforeEach
    void write(@TempDir Path directory) throws IOException {
        new Random(SEED).nextBytes(content);
        Path path = directory.resolve("segment");
        Files.write(path, content);
        file = FileChannel.open(path);
    }

    @AfterEach
    void closedEachSliceOnce() throws IOException {
        Await.until("slices closed", () -> slices.stream().allMatch(slice -> slice.timesClosed() > 0));
        assertThat(slices).allMatch(slice -> slice.timesClosed() == 1);
        assertThat(file.isOpen()).isTrue();
        file.close();
    }

    @ParameterizedTest
    @CsvSource({"EPOLL,false", "NIO,false", "EPOLL,true", "NIO,true"})
    void arriveByteForByteFromFilesAndMemory(NettyTransport transport, boolean tls) throws Exception {
        List<BaseRecords> records = List.of(
                stored(0, 100),
                stored(7, ResponseEncoder.MAX_COPIED_BYTES),
                stored(11, ResponseEncoder.MAX_COPIED_BYTES + 1),
                stored(1_000_003, 20_000_000),
                inMemory(0, 50, true),
                inMemory(5, 1_000_000, true),
                inMemory(9, 1_000_000, false),
                stored(FILE_BYTES - 30_000, 30_000),
                MemoryRecords.readableRecords(ByteBuffer.wrap(content, 0, 12_345)),
                stored(40, 0));
        List<byte[]> expected = List.of(
                part(0, 100),
                part(7, ResponseEncoder.MAX_COPIED_BYTES),
                part(11, ResponseEncoder.MAX_COPIED_BYTES + 1),
                part(1_000_003, 20_000_000),
                part(0, 50),
                part(5, 1_000_000),
                part(9, 1_000_000),
                part(FILE_BYTES - 30_000, 30_000),
                part(0, 12_345),
                part(40, 0));
        try (NetServer server = start(transport, tls, response(records));
                RawClient client = connect(server, tls)) {
            client.send(fetch(1)).send(RawClient.metadata(2));
            assertThat(records(client.receive()))
                    .usingElementComparator(java.util.Arrays::compare)
                    .containsExactlyElementsOf(expected);
            assertThat(client.receiveId()).as("what follows").isEqualTo(2);
            Await.until("no buffer in use", () -> server.allocator().pinnedDirectMemory() == 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"EPOLL,false", "NIO,false", "EPOLL,true", "NIO,true"})
    void areClosedWhenTheClientLeavesInTheMiddle(NettyTransport transport, boolean tls) throws Exception {
        List<BaseRecords> records =
                List.of(stored(0, 10_000_000), inMemory(0, 5_000_000, true), stored(0, 10), stored(0, 20_000_000));
        try (NetServer server = start(transport, tls, response(records));
                RawClient client = connect(server, tls)) {
            client.send(fetch(1));
            client.receiveStart(100_000);
            client.disconnect();
            Await.until("slices closed", () -> slices.stream().allMatch(slice -> slice.timesClosed() > 0));
            Await.until("no buffer in use", () -> server.allocator().pinnedDirectMemory() == 0);
        }
    }

    @Test
    void areClosedWhenTheClientHasLeftBeforeTheAnswerCame() throws Exception {
        CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> left = new CompletableFuture<>();
        try (NetServer server = Servers.start(new ScriptedHandler(ApiKeys.FETCH, request -> {
                    request.connection().onClose(() -> left.complete(null));
                    begun.complete(null);
                    return answer;
                }));
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(fetch(1)).send(fetch(2));
            Servers.get(begun);
            client.disconnect();
            Servers.get(left);
            answer.complete(response(List.of(stored(0, 1_000_000), inMemory(0, 1_000_000, true))));
        }
    }

    @Test
    void areClosedWhenTheServerHasStoppedBeforeTheAnswerCame() throws Exception {
        CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        try (NetServer server = Servers.start(new ScriptedHandler(ApiKeys.FETCH, request -> {
                    begun.complete(null);
                    return answer;
                }));
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(fetch(1));
            Servers.get(begun);
        }
        answer.complete(response(List.of(stored(0, 1_000_000), stored(0, 1))));
    }

    @Test
    void areClosedWhenTheFileIsShorterThanItSaid() throws Exception {
        try (NetServer server = start(
                        NettyTransport.best(),
                        false,
                        response(List.of(
                                stored(0, 1_000_000),
                                inMemory(0, 1_000_000, true),
                                stored(FILE_BYTES - 10, 11),
                                stored(0, 1_000_000))));
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(fetch(1)).send(RawClient.metadata(2));
            assertThat(client.receive(ApiKeys.FETCH, FETCH).errorCounts())
                    .containsKey(org.apache.kafka.common.protocol.Errors.KAFKA_STORAGE_ERROR);
            assertThat(client.receiveId()).isEqualTo(2);
        }
    }

    /** Many small parts are copied, but not before the peer takes them. */
    @ParameterizedTest
    @CsvSource({"EPOLL,false", "NIO,false", "EPOLL,true", "NIO,true"})
    void takeNoMemoryUntilTheyAreTaken(NettyTransport transport, boolean tls) throws Exception {
        takeNoMemory(transport, tls, 3_500, ResponseEncoder.MAX_COPIED_BYTES);
    }

    /** What is copied together fills the memory it takes, however small the records. */
    @ParameterizedTest
    @EnumSource(NettyTransport.class)
    void takeNoMemoryWhenTheyAreTinyEither(NettyTransport transport) throws Exception {
        takeNoMemory(transport, false, 60_000, 100);
    }

    /** What is encrypted is copied as it is written, and not before. */
    @ParameterizedTest
    @EnumSource(NettyTransport.class)
    void takeNoMemoryWhenTheyAreLargeAndEncrypted(NettyTransport transport) throws Exception {
        takeNoMemory(transport, true, 4, 10 << 20);
    }

    private void takeNoMemory(NettyTransport transport, boolean tls, int parts, int bytes) throws Exception {
        NetConfig config = Servers.config(NetConfig.Connections.DEFAULT, NetConfig.Requests.DEFAULT);
        ScriptedHandler fetch = ScriptedHandler.answering(ApiKeys.FETCH, request -> {
            List<BaseRecords> records = new ArrayList<>();
            for (int i = 0; i < parts; i++) {
                records.add(stored(i, bytes));
            }
            return response(records);
        });
        List<RawClient> unread = new ArrayList<>();
        try (NetServer server = Servers.start(config, security(tls), transport, fetch)) {
            for (int i = 0; i < 3; i++) {
                RawClient client = connect(server, tls);
                unread.add(client);
                client.send(fetch(1));
            }
            try (RawClient reader = connect(server, tls)) {
                List<byte[]> received = records(reader.send(fetch(1)).receive());
                assertThat(received).hasSize(parts);
                for (int i = 0; i < parts; i += 500) {
                    assertThat(received.get(i)).isEqualTo(part(i, bytes));
                }
            }
            assertThat(server.allocator().pinnedDirectMemory()).isLessThan(10 << 20);
            assertThat(server.allocator().pinnedHeapMemory()).isLessThan(10 << 20);
            for (RawClient client : unread) {
                client.disconnect();
            }
            Await.until("no buffer in use", () -> server.allocator().pinnedDirectMemory() == 0);
        }
    }

    private static SecuredListeners security(boolean tls) {
        return tls ? Tls.listener() : SecuredListeners.plaintext();
    }

    private static RawClient connect(NetServer server, boolean tls) throws IOException {
        int port = Servers.port(server);
        return tls ? Tls.connect(port) : new RawClient(port);
    }

    private NetServer start(NettyTransport transport, boolean tls, FetchResponseData response) {
        return Servers.start(
                Servers.config(NetConfig.Connections.DEFAULT, NetConfig.Requests.DEFAULT),
                security(tls),
                transport,
                ScriptedHandler.answering(ApiKeys.FETCH, request -> response),
                Servers.metadata(1));
    }

    private SliceRecords stored(int position, int length) {
        return tracked(TrackedSlice.ofFile(file, position, length));
    }

    private SliceRecords inMemory(int position, int length, boolean direct) {
        ByteBuffer bytes = direct ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length);
        return tracked(
                TrackedSlice.ofMemory(bytes.put(content, position, length).flip()));
    }

    private SliceRecords tracked(TrackedSlice slice) {
        slices.add(slice);
        return new SliceRecords(slice);
    }

    private byte[] part(int position, int length) {
        return java.util.Arrays.copyOfRange(content, position, position + length);
    }

    private static FetchResponseData response(List<? extends BaseRecords> records) {
        FetchableTopicResponse topic = new FetchableTopicResponse().setTopic("t");
        for (BaseRecords each : records) {
            topic.partitions().add(new PartitionData().setHighWatermark(5).setRecords(each));
        }
        FetchResponseData response = new FetchResponseData();
        response.responses().add(topic);
        return response;
    }

    private static List<byte[]> records(ByteBuffer response) {
        response.position(5);
        FetchResponseData data = new FetchResponseData(new ByteBufferAccessor(response), FETCH);
        assertThat(response.remaining()).isZero();
        return data.responses().get(0).partitions().stream()
                .map(partition -> {
                    ByteBuffer bytes = ((MemoryRecords) partition.records()).buffer();
                    byte[] copy = new byte[bytes.remaining()];
                    bytes.get(copy);
                    return copy;
                })
                .toList();
    }

    private static byte[] fetch(int correlationId) {
        FetchRequestData request = new FetchRequestData();
        FetchRequestData.FetchTopic topic = new FetchRequestData.FetchTopic().setTopic("t");
        topic.partitions().add(new FetchRequestData.FetchPartition().setPartition(0));
        request.topics().add(topic);
        return RawClient.frame(ApiKeys.FETCH, FETCH, correlationId, request);
    }
}
