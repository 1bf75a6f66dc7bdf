// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.varve.server.security.ListenerSecurity;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.junit.jupiter.api.Test;

class LoopReadsTest {
    private final LoopReads reads = new LoopReads();

    private NettyConnection connection(NetServer server, int port) {
        EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress localAddress0() {
                return new InetSocketAddress("127.0.0.1", 9092);
            }

            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress("127.0.0.1", port);
            }
        };
        return new NettyConnection(channel, ListenerSecurity.plaintext("PLAINTEXT"), port, server.context(), reads);
    }

    @Test
    void aConnectionIsAloneOnceItHasReadForAWhileWithoutAnother() {
        try (NetServer server = Servers.start()) {
            NettyConnection busy = connection(server, 1);
            NettyConnection other = connection(server, 2);
            for (int i = 1; i < LoopReads.ALONE; i++) {
                busy.read();
            }
            assertThat(busy.loopOfItsOwn()).isNull();
            busy.read();
            assertThat(busy.loopOfItsOwn()).isNotNull();
            assertThat(other.loopOfItsOwn()).isNull();
            other.read();
            assertThat(busy.loopOfItsOwn()).isNull();
            busy.read();
            assertThat(busy.loopOfItsOwn()).isNull();
        }
    }
}
