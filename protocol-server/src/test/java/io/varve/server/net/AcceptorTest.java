// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.varve.core.runtime.NotedMetrics;
import io.varve.core.runtime.VirtualTime;
import io.varve.server.logging.LogThrottle;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.quota.ThrottleConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Tests what becomes of connections when there are as many as may be. */
class AcceptorTest {
    private static final String LISTENER = "tested";
    private static final InetAddress ADDRESS = InetAddress.getLoopbackAddress();

    private final VirtualTime time = new VirtualTime(0);
    private final QuotaThrottle throttle = new QuotaThrottle(time, ThrottleConfig.DEFAULT);
    private final AtomicInteger available = new AtomicInteger();
    private final ConnectionQuota quota = new ConnectionQuota(limit(2), available::incrementAndGet);
    private final List<Object> served = new ArrayList<>();

    private static NetConfig.Connections limit(int max) {
        return new NetConfig.Connections(0, max, Integer.MAX_VALUE);
    }

    /** A connection of some client. */
    private static final class Peer extends EmbeddedChannel {
        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress(ADDRESS, 1);
        }
    }

    @Test
    void aQuotaIsAvailableOnceItIsNoLongerFull() {
        for (int i = 0; i < 3; i++) {
            quota.reserve(LISTENER, ADDRESS);
        }
        quota.release(LISTENER, ADDRESS);
        assertThat(available).hasValue(0);
        quota.release(LISTENER, ADDRESS);
        assertThat(available).hasValue(1);
    }

    /** Another listener may have accepted the last ones meanwhile. */
    @Test
    void aConnectionThatCameTooFastWaitsWhileThereAreAsManyAsMayBe() {
        throttle.connections().limit(1);
        while (throttle.connections().admit("other", ADDRESS).delayMs() == 0) {
            quota.release(LISTENER, reserved());
        }
        EmbeddedChannel listener = listener();
        listener.freezeTime();
        Peer peer = new Peer();
        listener.writeInbound(peer);
        reserved();
        reserved();
        advance(listener, 5);
        assertThat(served).isEmpty();
        assertThat(peer.isOpen()).isTrue();
        assertThat(listener.config().isAutoRead()).isFalse();
        quota.release(LISTENER, ADDRESS);
        advance(listener, 5);
        assertThat(served).containsExactly(peer);
        assertThat(quota.isFull(LISTENER)).isTrue();
    }

    @Test
    void whoIsNotServedIsCountedByTheLimit() {
        NotedMetrics metrics = new NotedMetrics();
        ConnectionQuota one = new ConnectionQuota(new NetConfig.Connections(0, 2, 1), () -> {});
        metrics.read(one::read);
        one.reserve(LISTENER, ADDRESS);
        one.reserve(LISTENER, ADDRESS);
        assertThat(metrics.value("varve_connections_refused_total", "max.connections.per.ip"))
                .isEqualTo(1);
        assertThat(metrics.value("varve_connections_refused_total", "connection_creation_rate"))
                .isZero();
        throttle.enforce(Map.of(
                new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.IP, null)),
                Map.of("connection_creation_rate", 1.0)));
        while (throttle.connections().admit("other", ADDRESS).accepted()) {
            assertThat(served).isEmpty();
        }
        metrics.read(quota::read);
        listener().writeInbound(new Peer());
        assertThat(metrics.value("varve_connections_refused_total", "connection_creation_rate"))
                .isEqualTo(1);
    }

    private InetAddress reserved() {
        quota.reserve(LISTENER, ADDRESS);
        return ADDRESS;
    }

    private static void advance(EmbeddedChannel listener, long seconds) {
        for (long i = 0; i < seconds; i++) {
            listener.advanceTimeBy(1, TimeUnit.SECONDS);
            listener.runScheduledPendingTasks();
        }
    }

    private EmbeddedChannel listener() {
        LogThrottle log = new LogThrottle(LoggerFactory.getLogger(AcceptorTest.class), time);
        Acceptor acceptor = new Acceptor(LISTENER, quota, throttle::connections, () -> {}, log, log);
        return new EmbeddedChannel(acceptor, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                served.add(message);
            }
        });
    }
}
