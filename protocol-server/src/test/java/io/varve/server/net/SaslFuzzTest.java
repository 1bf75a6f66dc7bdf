// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import io.varve.build.watch.Await;
import io.varve.server.logging.LogTap;
import io.varve.server.security.sasl.SaslConfig.AuthenticationLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Strangers send damaged frames, in any order, all at once, and are served nothing. */
@Timeout(300)
class SaslFuzzTest {
    private static final long SEED = 20_261_129;
    private static final int PEERS = Fuzz.requests(3_000);
    private static final int MOST_FRAMES = 6;

    @RegisterExtension
    private final LogTap log = LogTap.onAll();

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    @BeforeEach
    void watch() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    @AfterEach
    void unwatch() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void nobodyIsServedWithoutAPassword() throws Exception {
        Random random = new Random(SEED);
        try (SaslServers servers = new SaslServers()) {
            NetServer server = servers.start(new AuthenticationLimits(0, 60_000));
            for (int i = 0; i < PEERS; i++) {
                try (RawClient peer = new RawClient(Servers.port(server))) {
                    play(peer, random);
                }
            }
            assertThat(servers.served()).isEmpty();
            // And who has the password still is.
            try (RawClient known = new RawClient(Servers.port(server))) {
                known.send(SaslServers.handshake(1)).receive();
                known.send(SaslServers.token("a-secret")).receive();
                assertThat(known.send(RawClient.metadata(3)).receiveId()).isEqualTo(3);
            }
            Await.until("no buffer in use", () -> server.allocator().pinnedDirectMemory() == 0);
            assertThat(server.context().budget().queuedBytes()).isZero();
            assertThat(server.context().budget().partialBytes()).isZero();
        }
        List<String> lines = log.lines();
        assertThat(lines).noneMatch(line -> line.contains("LEAK") || line.contains("which failed"));
        assertThat(lines).as("one line per kind of trouble in ten seconds").hasSizeLessThan(80);
    }

    private static void play(RawClient peer, Random random) throws IOException {
        int frames = 1 + random.nextInt(MOST_FRAMES);
        try {
            for (int i = 0; i < frames; i++) {
                peer.send(StrangerFrames.next(random));
            }
            peer.socket().shutdownOutput();
            int unserved = 0;
            while (true) { // It answers until it has had enough, or there is nothing more.
                ByteBuffer answer = peer.receive();
                if (answer.remaining() >= Integer.BYTES && answer.getInt() == StrangerFrames.UNSERVED) {
                    unserved++;
                }
                assertThat(unserved).as("requests instead of a token").isLessThan(2);
            }
        } catch (IOException closed) {
            // The server may close at any frame.
        }
    }
}
