// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.handler.timeout.IdleStateEvent;
import io.varve.build.watch.Await;
import io.varve.server.api.parse.RequestParser;
import io.varve.server.cluster.Endpoint;
import io.varve.server.net.NetConfig.Connections;
import io.varve.server.net.NetConfig.Requests;
import io.varve.server.security.ListenerSecurity;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class LimitsTest {
    private static final int MB = 1024 * 1024;
    private static final int IDLE_MS = 300;

    /** Handlers that never answer by themselves. */
    private final Queue<CompletableFuture<ProduceResponseData>> unanswered = new ConcurrentLinkedQueue<>();

    private final ScriptedHandler stuck = new ScriptedHandler(ApiKeys.PRODUCE, request -> {
        CompletableFuture<ProduceResponseData> answer = new CompletableFuture<>();
        unanswered.add(answer);
        return answer;
    });

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 1024 * 1024 + 1, Integer.MAX_VALUE})
    void closesOnAFrameOfImpossibleSize(int size) throws Exception {
        NetConfig config = Servers.config(Connections.DEFAULT, new Requests(MB, -1, 10, MB, 2, MB));
        try (NetServer server = Servers.start(config, NettyTransport.best(), Servers.metadata(1));
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.metadata(1));
            client.send(ByteBuffer.allocate(4).putInt(size).array());
            assertThat(client.receiveId()).isEqualTo(1);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void holdsNoMoreThanTwiceWhatASlowPeerHasSent() throws Exception {
        try (NetServer server = Servers.start(Servers.metadata(1));
                RawClient slow = new RawClient(Servers.port(server));
                RawClient other = new RawClient(Servers.port(server))) {
            RequestBudget budget = server.context().budget();
            slow.send(ByteBuffer.allocate(4).putInt(100 * MB).array());
            slow.send(new byte[1000]);
            Await.until("the start of a frame", () -> budget.partialBytes() > 0);
            assertThat(budget.partialBytes()).isLessThanOrEqualTo(16 * 1024);
            slow.send(new byte[MB]);
            Await.until("a megabyte", () -> budget.partialBytes() >= MB);
            assertThat(budget.partialBytes()).isLessThanOrEqualTo(2 * MB + 4096);
            other.send(RawClient.metadata(1));
            assertThat(other.receiveId()).isEqualTo(1);
            slow.disconnect();
            Await.until("the memory back", () -> budget.partialBytes() == 0);
            Await.until("no buffer in use", () -> server.allocator().pinnedDirectMemory() == 0);
        }
    }

    @Test
    void letsTheSlowestGoForRequestsThatArrive() throws Exception {
        NetConfig config = Servers.config(Connections.DEFAULT, new Requests(4 * MB, 4 * MB, 10, MB, 2, MB));
        try (NetServer server = Servers.start(
                        config,
                        NettyTransport.best(),
                        ScriptedHandler.answering(ApiKeys.PRODUCE, request -> new ProduceResponseData()));
                RawClient parker = new RawClient(Servers.port(server));
                RawClient producer = new RawClient(Servers.port(server))) {
            parker.send(ByteBuffer.allocate(3 * MB).putInt(3 * MB).array());
            Await.until("most of a frame", () -> server.context().budget().partialBytes() >= 3 * MB - 4);
            producer.send(ProtocolTest.produce(7, (short) -1, 3 * MB));
            assertThat(producer.receiveId()).isEqualTo(7);
            assertThat(parker.isClosedByServer()).isTrue();
            Await.until("the memory back", () -> server.context().budget().partialBytes() == 0);
        }
    }

    @Test
    void closesOnAFrameThatDoesNotComeToItsEnd() throws Exception {
        NetConfig config = Servers.config(new Connections(IDLE_MS, 10, 10), Requests.DEFAULT);
        try (NetServer server = Servers.start(config, NettyTransport.best(), Servers.metadata(1));
                RawClient dribbling = new RawClient(Servers.port(server))) {
            dribbling.send(ByteBuffer.allocate(4).putInt(1_000).array());
            dribbling.socket().setSoTimeout(IDLE_MS / 10);
            long begun = System.nanoTime();
            while (true) {
                try {
                    dribbling.send(new byte[1]);
                    assertThat(dribbling.isClosedByServer()).isTrue();
                    break;
                } catch (SocketTimeoutException stillOpen) {
                    assertThat(System.nanoTime() - begun).isLessThan(Await.PATIENCE.toNanos());
                } catch (java.io.IOException closed) {
                    break;
                }
            }
        }
    }

    @Test
    void closesAConnectionOnWhichNothingMoves() throws Exception {
        NetConfig config = Servers.config(new Connections(IDLE_MS, 10, 10), Requests.DEFAULT);
        try (NetServer server = Servers.start(config, NettyTransport.best(), Servers.metadata(1));
                RawClient idle = new RawClient(Servers.port(server));
                RawClient halfway = new RawClient(Servers.port(server))) {
            halfway.send(ByteBuffer.allocate(8).putInt(1000).array());
            assertThat(idle.isClosedByServer()).isTrue();
            assertThat(halfway.isClosedByServer()).isTrue();
        }
    }

    /** Without a clock: on a slow machine a connection may be idle before its request has come. */
    @Test
    void keepsAnIdleConnectionThatWaitsForItsAnswer() throws Exception {
        EventLoop loop = new DefaultEventLoop();
        try (NetServer server = Servers.start(stuck)) {
            Queue<Integer> answered = new ConcurrentLinkedQueue<>();
            MemoryChannel client = new MemoryChannel(new AnswerIds(answered::add));
            loop.register(client).sync();
            loop.submit(() -> {
                        server.initConnection(client, ListenerSecurity.plaintext("PLAINTEXT"));
                        ByteBuf request = server.allocator().directBuffer();
                        client.receive(request.writeBytes(produce(9)));
                    })
                    .sync();
            Await.until("a request begun", () -> !unanswered.isEmpty());
            loop.submit(() -> client.pipeline().fireUserEventTriggered(IdleStateEvent.ALL_IDLE_STATE_EVENT))
                    .sync();
            assertThat(client.isOpen()).isTrue();
            unanswered.remove().complete(new ProduceResponseData());
            Await.until("the answer", () -> answered.contains(9));
            loop.submit(() -> client.pipeline().fireUserEventTriggered(IdleStateEvent.ALL_IDLE_STATE_EVENT))
                    .sync();
            assertThat(client.isOpen()).isFalse();
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void takesOtherLimitsOnConnectionsWhileItServes() throws Exception {
        NetConfig config = Servers.config(new Connections(60_000, 1, 10), Requests.DEFAULT);
        try (NetServer server = Servers.start(config, NettyTransport.best(), Servers.metadata(1));
                RawClient first = new RawClient(Servers.port(server))) {
            first.send(RawClient.metadata(1)).receive();
            try (RawClient second = new RawClient(Servers.port(server))) {
                second.send(RawClient.metadata(2));
                second.socket().setSoTimeout(200);
                assertThatThrownBy(second::receive).isInstanceOf(SocketTimeoutException.class);
                second.socket().setSoTimeout(60_000);
                server.limitConnections(10, 2);
                assertThat(second.receiveId()).isEqualTo(2);
                try (RawClient third = new RawClient(Servers.port(server))) {
                    assertThat(third.isClosedByServer()).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(NettyTransport.class)
    void acceptsNoMoreConnectionsThanAllowedUntilOneCloses(NettyTransport transport) throws Exception {
        NetConfig config = Servers.config(new Connections(60_000, 2, 10), Requests.DEFAULT);
        try (NetServer server = Servers.start(config, transport, Servers.metadata(1));
                RawClient first = new RawClient(Servers.port(server));
                RawClient second = new RawClient(Servers.port(server))) {
            first.send(RawClient.metadata(1));
            second.send(RawClient.metadata(1));
            first.receive();
            second.receive();
            try (RawClient third = new RawClient(Servers.port(server))) {
                third.send(RawClient.metadata(3));
                third.socket().setSoTimeout(200);
                assertThatThrownBy(third::receive).isInstanceOf(SocketTimeoutException.class);
                third.socket().setSoTimeout(60_000);
                first.disconnect();
                assertThat(third.receiveId()).isEqualTo(3);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(NettyTransport.class)
    void closesConnectionsAnAddressHasTooManyOf(NettyTransport transport) throws Exception {
        NetConfig config = Servers.config(new Connections(60_000, 100, 2), Requests.DEFAULT);
        try (NetServer server = Servers.start(config, transport, Servers.metadata(1));
                RawClient first = new RawClient(Servers.port(server));
                RawClient second = new RawClient(Servers.port(server))) {
            second.send(RawClient.metadata(2));
            assertThat(second.receiveId()).isEqualTo(2);
            try (RawClient third = new RawClient(Servers.port(server))) {
                assertThat(third.isClosedByServer()).isTrue();
            }
            first.disconnect();
            Await.until("room for another", () -> isServed(Servers.port(server)));
        }
    }

    @Test
    void aListenerAcceptsNoMoreThanItsOwnLimitAndOthersGoOn() throws Exception {
        NetConfig two = NetConfig.of(new Endpoint("IN", "127.0.0.1", 0), new Endpoint("OUT", "127.0.0.1", 0));
        Connections limits = new Connections(60_000, 4, 10, Map.of("OUT", 1));
        NetConfig config = new NetConfig(two.listeners(), 1, two.sockets(), limits, Requests.DEFAULT);
        try (NetServer server = Servers.start(config, NettyTransport.best(), Servers.metadata(1))) {
            int in = server.listeners().get(0).port();
            int out = server.listeners().get(1).port();
            try (RawClient first = new RawClient(out);
                    RawClient second = new RawClient(out)) {
                first.send(RawClient.metadata(1)).receive();
                second.send(RawClient.metadata(2));
                for (int i = 0; i < 3; i++) {
                    assertThat(isServed(in)).isTrue();
                }
                second.socket().setSoTimeout(200);
                assertThatThrownBy(second::receive).isInstanceOf(SocketTimeoutException.class);
                second.socket().setSoTimeout(60_000);
                first.disconnect();
                assertThat(second.receiveId()).isEqualTo(2);
            }
        }
    }

    @Test
    void countsSomeAddressesByLimitsOfTheirOwn() throws Exception {
        InetAddress near = InetAddress.getByName("127.0.0.2");
        InetAddress far = InetAddress.getByName("127.0.0.3");
        NetConfig config = Servers.config(new Connections(60_000, 100, 0), Requests.DEFAULT);
        try (NetServer server = Servers.start(config, NettyTransport.best(), Servers.metadata(1))) {
            int port = Servers.port(server);
            assertThat(isServed(port, near)).as("the limit of all others is 0").isFalse();
            assertThat(server.limitAddresses(Map.of("127.0.0.2", 1, "127.0.0.3", -1)))
                    .isEmpty();
            assertThat(isServed(port, near)).isTrue();
            assertThat(isServed(port, far)).isFalse();
            Await.until("none", () -> server.context().connections().isEmpty());
            try (RawClient first = new RawClient(port, near)) {
                first.send(RawClient.metadata(1)).receive();
                assertThat(isServed(port, near)).as("a second one").isFalse();
            }
            Runnable lookUp = server.limitAddresses(Map.of("localhost", 1)).orElseThrow();
            assertThat(isServed(port)).as("before its address is known").isFalse();
            lookUp.run();
            assertThat(isServed(port)).isTrue();
            Await.until("none", () -> server.context().connections().isEmpty());
            server.limitAddresses(Map.of("localhost", 1));
            assertThat(isServed(port)).as("the same limits again").isTrue();
            server.limitAddresses(Map.of());
            assertThat(isServed(port)).isFalse();
        }
    }

    private static boolean isServed(int port) {
        return isServed(port, InetAddress.getLoopbackAddress());
    }

    private static boolean isServed(int port, InetAddress from) {
        try (RawClient client = new RawClient(port, from)) {
            return client.send(RawClient.metadata(4)).receiveId() == 4;
        } catch (java.io.IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource(NettyTransport.class)
    void readsNoMoreRequestsThanAConnectionMayHaveUnanswered(NettyTransport transport) throws Exception {
        NetConfig config = Servers.config(Connections.DEFAULT, new Requests(MB, -1, 3, MB, 2, MB));
        try (NetServer server = Servers.start(config, transport, stuck);
                RawClient client = new RawClient(Servers.port(server))) {
            for (int id = 0; id < 200; id++) {
                client.send(produce(id));
            }
            for (int id = 0; id < 200; id++) {
                int begun = Math.min(3, 200 - id);
                Await.until("requests begun", () -> unanswered.size() >= begun);
                assertThat(unanswered).hasSize(begun);
                unanswered.remove().complete(new ProduceResponseData());
                assertThat(client.receiveId()).isEqualTo(id);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(NettyTransport.class)
    void readsNoMoreRequestsThanAllConnectionsMayHaveUnanswered(NettyTransport transport) throws Exception {
        ByteBuffer frame = ByteBuffer.wrap(produce(1)).position(Integer.BYTES).slice();
        long cost = frame.remaining() + RequestParser.inspect(frame).heapBytes();
        NetConfig config = Servers.config(Connections.DEFAULT, new Requests(MB, 2 * cost, 100, MB, 2, MB));
        try (NetServer server = Servers.start(config, transport, stuck);
                RawClient first = new RawClient(Servers.port(server));
                RawClient second = new RawClient(Servers.port(server))) {
            first.send(produce(0)).send(produce(1)).send(produce(2));
            Await.until("two requests begun", () -> unanswered.size() == 2);
            second.send(produce(5));
            second.socket().setSoTimeout(100);
            assertThatThrownBy(second::receive).isInstanceOf(SocketTimeoutException.class);
            assertThat(unanswered).hasSize(2);
            second.socket().setSoTimeout(60_000);
            for (int answered = 0; answered < 4; answered++) {
                Await.until("a request", () -> !unanswered.isEmpty());
                unanswered.remove().complete(new ProduceResponseData());
            }
            assertThat(second.receiveId()).isEqualTo(5);
            for (int id = 0; id < 3; id++) {
                assertThat(first.receiveId()).isEqualTo(id);
            }
            assertThat(server.context().budget().queuedBytes()).isZero();
        }
    }

    @Test
    void readsNoMoreFromAPeerThatDoesNotTakeItsResponses() throws Exception {
        MetadataResponseData large = new MetadataResponseData().setClusterId("x".repeat(30_000));
        java.util.concurrent.atomic.AtomicInteger served = new java.util.concurrent.atomic.AtomicInteger();
        try (NetServer server = Servers.start(ScriptedHandler.answering(ApiKeys.METADATA, request -> {
                    served.incrementAndGet();
                    return large;
                }));
                RawClient client = new RawClient(Servers.port(server))) {
            byte[] request = RawClient.frame(
                    ApiKeys.METADATA, (short) 2, 1, new org.apache.kafka.common.message.MetadataRequestData());
            int requests = 1000;
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < requests; i++) {
                        client.send(request);
                    }
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            sender.start();
            Await.until("many requests sent", () -> !sender.isAlive());
            // What is served but not taken is bounded by the socket buffers and the water mark, not by what
            // was sent.
            assertThat(server.allocator().pinnedDirectMemory()).isLessThan(20L * MB);
            for (int i = 0; i < requests; i++) {
                assertThat(client.receive().remaining()).isGreaterThan(30_000);
            }
            assertThat(served).hasValue(requests);
        }
    }

    private static byte[] produce(int correlationId) {
        return ProtocolTest.produce(correlationId, (short) -1, 10);
    }
}
