// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/** What is left of a connection whose handshake is worked on when it ends. */
class TlsHandlerTest {
    /** A record with a first message of zeros, which has no ciphers and no extensions. */
    private static final byte[] DAMAGED = new byte[49];

    static {
        System.arraycopy(new byte[] {22, 3, 1, 0, 44, 1, 0, 0, 40}, 0, DAMAGED, 0, 9);
    }

    @Test
    void aFaultThatIsFoundWhenThePeerHasLeftConcernsNobody() {
        Deque<Runnable> work = new ArrayDeque<>();
        EmbeddedChannel channel = new EmbeddedChannel(new TlsHandler(
                Tls.listener().tls("PLAINTEXT").orElseThrow().engine(new InetSocketAddress("127.0.0.1", 1)),
                work::add,
                10_000));
        channel.writeInbound(Unpooled.copiedBuffer(DAMAGED));
        assertThat(work).isNotEmpty();
        channel.close();
        while (!work.isEmpty()) {
            work.remove().run();
            channel.runPendingTasks();
        }
        // What reaches the end of the pipeline is logged with a stack trace, which peers could cause.
        assertThatCode(channel::checkException).doesNotThrowAnyException();
    }
}
