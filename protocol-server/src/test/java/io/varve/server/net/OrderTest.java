// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import io.varve.server.cluster.Endpoint;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests of one connection take effect in their order, and those that take long hold up nobody else. */
@Timeout(180)
class OrderTest {
    private final Queue<String> begun = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<ApiMessage>> produced = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<ApiMessage>> listed = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<ApiMessage>> described = new ConcurrentLinkedQueue<>();

    private final ScriptedHandler produce = recording(ApiKeys.PRODUCE, produced);
    private final ScriptedHandler listOffsets = recording(ApiKeys.LIST_OFFSETS, listed);
    private final ScriptedHandler metadata = recording(ApiKeys.METADATA, described);

    private ScriptedHandler recording(ApiKeys api, Queue<CompletableFuture<ApiMessage>> answers) {
        return new ScriptedHandler(api, request -> {
            begun.add(api.name + request.header().correlationId());
            CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
            answers.add(answer);
            return answer;
        });
    }

    @ParameterizedTest
    @EnumSource(NettyTransport.class)
    void producesAreUnderWayTogetherAndAllElseWaitsForThemAndIsWaitedFor(NettyTransport transport) throws Exception {
        NetConfig config = Servers.config(NetConfig.Connections.DEFAULT, NetConfig.Requests.DEFAULT);
        try (NetServer server = Servers.start(config, transport, produce, listOffsets, metadata);
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(ProtocolTest.concat(
                    ProtocolTest.produce(1, (short) -1, 10),
                    ProtocolTest.produce(2, (short) -1, 100_000),
                    listOffsets(3),
                    ProtocolTest.produce(4, (short) -1, 10),
                    RawClient.metadata(5),
                    ProtocolTest.produce(6, (short) -1, 10)));
            Await.until("both produces", () -> produced.size() == 2);
            produced.remove().complete(new ProduceResponseData());
            assertThat(client.receiveId()).isEqualTo(1);
            assertThat(begun).containsExactly("Produce1", "Produce2");
            produced.remove().complete(new ProduceResponseData());
            Await.until("the offsets", () -> listed.size() == 1);
            assertThat(begun).doesNotContain("Produce4");
            listed.remove().complete(new ListOffsetsResponseData());
            Await.until("the third produce", () -> produced.size() == 1);
            assertThat(begun).doesNotContain("Metadata5");
            produced.remove().complete(new ProduceResponseData());
            Await.until("the metadata", () -> described.size() == 1);
            assertThat(begun).doesNotContain("Produce6");
            described.remove().complete(new MetadataResponseData());
            Await.until("the last produce", () -> produced.size() == 1);
            produced.remove().complete(new ProduceResponseData());
            for (int id = 2; id <= 6; id++) {
                assertThat(client.receiveId()).isEqualTo(id);
            }
        }
    }

    @Test
    void noticesThatAPeerLeftWhoseRequestWaitsForItsTurn() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        try (NetServer server = Servers.start(
                        new ScriptedHandler(ApiKeys.METADATA, request -> {
                            request.connection().onClose(left::countDown);
                            return new CompletableFuture<>();
                        }),
                        listOffsets);
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.metadata(1)).send(listOffsets(2)).send(listOffsets(3));
            Await.until("a frame that waits", () -> server.context().budget().queuedBytes() > 0);
            client.disconnect();
            left.await();
            Await.until("no buffer in use", () -> server.allocator().pinnedDirectMemory() == 0);
            assertThat(server.context().budget().queuedBytes()).isZero();
        }
    }

    /** What takes long by nature, and what its handler finds heavy. */
    enum Why {
        POLICY,
        HEAVY
    }

    @ParameterizedTest
    @EnumSource
    void holdsUpNobodyElseWithWhatTakesLong(Why why) throws Exception {
        CountDownLatch enough = new CountDownLatch(1);
        AtomicBoolean slow = new AtomicBoolean();
        ScriptedHandler working = new ScriptedHandler(why == Why.POLICY ? ApiKeys.LIST_OFFSETS : ApiKeys.PRODUCE, r -> {
            if (!r.background()) {
                throw new HeavyRequestException("much");
            }
            slow.set(true);
            await(enough);
            return CompletableFuture.completedFuture(
                    why == Why.POLICY ? new ListOffsetsResponseData() : new ProduceResponseData());
        });
        byte[] request = why == Why.POLICY ? listOffsets(1) : ProtocolTest.produce(1, (short) -1, 50_000);
        NetConfig config = new NetConfig(
                List.of(new Endpoint("PLAINTEXT", "127.0.0.1", 0)),
                1,
                NetConfig.Sockets.DEFAULT,
                NetConfig.Connections.DEFAULT,
                NetConfig.Requests.DEFAULT);
        try (NetServer server = Servers.start(config, NettyTransport.best(), working, metadata, fetch());
                RawClient client = new RawClient(Servers.port(server));
                RawClient other = new RawClient(Servers.port(server))) {
            client.send(request).send(RawClient.metadata(2));
            Await.until("the slow request", slow::get);
            other.send(RawClient.apiVersions(7, 0));
            assertThat(other.receiveId()).as("on the same event loop").isEqualTo(7);
            assertThat(begun).isEmpty();
            enough.countDown();
            assertThat(client.receiveId()).isEqualTo(1);
            Await.until("what came behind it", () -> described.size() == 1);
            described.remove().complete(new MetadataResponseData());
            assertThat(client.receiveId()).isEqualTo(2);
        } finally {
            enough.countDown();
        }
    }

    /** A worker thread parses it, and its answer is there before its bytes are given back. */
    @ParameterizedTest
    @EnumSource(names = {"FETCH", "PRODUCE"})
    void servesOnceWhatIsParsedElsewhereAndAnsweredAtOnce(ApiKeys api) throws Exception {
        AtomicInteger served = new AtomicInteger();
        ScriptedHandler working = ScriptedHandler.answering(api, request -> {
            served.incrementAndGet();
            return api == ApiKeys.FETCH ? new FetchResponseData() : new ProduceResponseData();
        });
        try (NetServer server = Servers.start(working, metadata);
                RawClient client = new RawClient(Servers.port(server))) {
            for (int id = 1; id <= 20; id += 2) {
                client.send(ProtocolTest.concat(ofManyPartitions(api, id), ofManyPartitions(api, id + 1)));
                assertThat(client.receiveId()).isEqualTo(id);
                assertThat(client.receiveId()).isEqualTo(id + 1);
            }
            client.send(RawClient.apiVersions(21, 0));
            assertThat(client.receiveId()).isEqualTo(21);
            assertThat(served).hasValue(20);
        }
    }

    private static byte[] ofManyPartitions(ApiKeys api, int correlationId) {
        if (api == ApiKeys.FETCH) {
            FetchRequestData.FetchTopic topic = new FetchRequestData.FetchTopic().setTopic("t");
            for (int i = 0; i < 3_000; i++) {
                topic.partitions().add(new FetchRequestData.FetchPartition().setPartition(i));
            }
            FetchRequestData fetch = new FetchRequestData();
            fetch.topics().add(topic);
            return RawClient.frame(api, (short) 11, correlationId, fetch);
        }
        TopicProduceData topic = new TopicProduceData().setName("t");
        for (int i = 0; i < 3_000; i++) {
            topic.partitionData().add(new PartitionProduceData().setIndex(i).setRecords(MemoryRecords.EMPTY));
        }
        ProduceRequestData produce = new ProduceRequestData().setAcks((short) -1);
        produce.topicData().add(topic);
        return RawClient.frame(api, (short) 9, correlationId, produce);
    }

    /** The handler reads its record bytes until it returns. */
    @Test
    void keepsTheBytesOfARequestWhoseConnectionClosesMeanwhile() throws Exception {
        CountDownLatch enough = new CountDownLatch(1);
        CompletableFuture<Boolean> same = new CompletableFuture<>();
        CountDownLatch closed = new CountDownLatch(1);
        try (NetServer server = Servers.start(new ScriptedHandler(ApiKeys.PRODUCE, request -> {
                    if (!request.background()) {
                        throw new HeavyRequestException("much");
                    }
                    String before = request.body().data().toString() + checksum(request);
                    request.connection().onClose(closed::countDown);
                    await(enough);
                    same.complete(before.equals(request.body().data().toString() + checksum(request)));
                    return CompletableFuture.completedFuture(new ProduceResponseData());
                }));
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(ProtocolTest.produce(1, (short) -1, 200_000));
            client.send(new byte[100]);
            Await.until("the request", () -> server.context().budget().queuedBytes() > 0);
            client.disconnect();
            closed.await();
            assertThat(server.allocator().pinnedDirectMemory()).isPositive();
            enough.countDown();
            assertThat(Servers.get(same)).isTrue();
            Await.until("no buffer in use", () -> server.allocator().pinnedDirectMemory() == 0);
        } finally {
            enough.countDown();
        }
    }

    private static int checksum(Request request) {
        var data = (org.apache.kafka.common.message.ProduceRequestData)
                request.body().data();
        var records = (org.apache.kafka.common.record.internal.MemoryRecords)
                data.topicData().iterator().next().partitionData().get(0).records();
        records.batches().forEach(batch -> batch.ensureValid());
        return records.buffer().hashCode();
    }

    private static ScriptedHandler fetch() {
        return ScriptedHandler.answering(
                ApiKeys.FETCH, request -> new org.apache.kafka.common.message.FetchResponseData());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] listOffsets(int correlationId) {
        return RawClient.frame(ApiKeys.LIST_OFFSETS, (short) 5, correlationId, new ListOffsetsRequestData());
    }
}
