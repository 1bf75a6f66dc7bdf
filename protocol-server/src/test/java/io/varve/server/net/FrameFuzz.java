// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import io.varve.server.api.era.OldLayouts;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Offers a {@link FuzzedServer} damaged frames of every API and version without sockets, before, after and
 * without authentication: many more in the same time than {@link Fuzz} sends. Peers take turns on event
 * loops, and each waits for the server's answer to a sound request behind its frame. The same seed makes the
 * same frames of each peer.
 */
final class FrameFuzz {
    private static final int THREADS = 4;
    private static final int PEERS = 64;

    /** Damaged forms of one sound frame. */
    private static final int FORMS = 6;

    private static final int LARGE_EVERY = 500;
    private static final int TURN = 64;
    private static final int MOST_OF_STRANGER = 6;
    private static final int SOUND_ID = 0x50_0F_4D;
    private static final long PATIENCE_MS = 60_000;
    private static final List<ApiKeys> APIS = List.copyOf(ApiKeys.apisForListener(ListenerType.BROKER));
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    /** What came of a frame. */
    enum Fate {
        /** The connection still serves. */
        ANSWERED,
        /** The server closed. */
        CLOSED,
        /** The peer closed behind a frame that is not whole. */
        CUT,
        /** No answer came soon. */
        WAITED
    }

    private enum Stage {
        OPEN,
        STRANGER,
        KNOWN;

        /** Who authenticates waits for other threads: such frames take longer, and come less often. */
        static Stage any(Random random) {
            return switch (random.nextInt(8)) {
                case 0 -> STRANGER;
                case 1 -> KNOWN;
                default -> OPEN;
            };
        }
    }

    private final NetServer server;
    private final long seed;
    private final int frames;

    FrameFuzz(NetServer server, long seed, int frames) {
        this.server = server;
        this.seed = seed;
        this.frames = frames;
    }

    /**
     * What happened.
     *
     * @param fates how many frames had each fate
     * @param maxCpuMs most processor time that a turn of some frames took
     */
    record Result(Map<Fate, Integer> fates, long maxCpuMs) {
        int sent() {
            return fates.values().stream().mapToInt(Integer::intValue).sum();
        }

        int of(Fate fate) {
            return fates.getOrDefault(fate, 0);
        }
    }

    /**
     * Offers the frames.
     *
     * @throws AssertionError if a sound request beside them is not answered
     */
    Result run() {
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(THREADS, NioIoHandler.newFactory());
        try {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < PEERS; i++) {
                int share = frames / PEERS + (i < frames % PEERS ? 1 : 0);
                peers.add(new Peer(loops.next(), new Random(seed + i), share));
            }
            peers.forEach(peer -> peer.loop.execute(peer::turn));
            Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
            long maxCpuMs = 0;
            for (Peer peer : peers) {
                peer.done.join();
                for (Fate fate : Fate.values()) {
                    fates.merge(fate, peer.fates[fate.ordinal()], Integer::sum);
                }
                maxCpuMs = Math.max(maxCpuMs, TimeUnit.NANOSECONDS.toMillis(peer.maxCpuNanos));
            }
            return new Result(fates, maxCpuMs);
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    /** One connection after another. Confined to its event loop. */
    private final class Peer {
        private final EventLoop loop;
        private final Random random;
        private final RandomMessages messages;
        private final LargeMessages large;
        private final int frames;
        private final int[] fates = new int[Fate.values().length];
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private int sent;
        private long maxCpuNanos;

        private MemoryChannel channel;
        private Stage stage;
        private int sentHere;
        private byte[] sound;

        /** Null while a frame is offered and after it has a fate. */
        private Future<?> patience;

        private boolean offering;
        private Fate fate;

        Peer(EventLoop loop, Random random, int frames) {
            this.loop = loop;
            this.random = random;
            this.frames = frames;
            messages = new RandomMessages(random);
            large = new LargeMessages(random);
        }

        void turn() {
            try {
                long begun = CPU.getCurrentThreadCpuTime();
                boolean goesOn = true;
                for (int i = 0; i < TURN && goesOn && sent < frames; i++) {
                    goesOn = offer();
                }
                maxCpuNanos = Math.max(maxCpuNanos, CPU.getCurrentThreadCpuTime() - begun);
                if (sent == frames && goesOn) {
                    checkSound();
                    hangUp();
                    done.complete(null);
                } else if (goesOn) {
                    checkSound();
                    loop.execute(this::turn);
                }
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(new AssertionError("after " + sent + " frames of seed " + seed, e));
            }
        }

        /** @return false if the frame has no fate yet; the turn goes on when it has */
        private boolean offer() {
            if (channel == null) {
                connect();
            }
            fate = null;
            offering = true;
            byte[] frame = stage == Stage.STRANGER && random.nextBoolean() ? StrangerFrames.next(random) : damaged();
            boolean whole = Damage.isFramed(frame);
            ByteBuf bytes = server.allocator().directBuffer(frame.length + 128);
            if (sentHere == 0 && stage == Stage.KNOWN) {
                bytes.writeBytes(SaslServers.handshake(1)).writeBytes(SaslServers.token("a-secret"));
            }
            bytes.writeBytes(frame);
            if (stage != Stage.STRANGER) {
                bytes.writeBytes(RawClient.apiVersions(SOUND_ID, 0));
            }
            sent++;
            sentHere++;
            channel.receive(bytes);
            if (fate == null && (!whole || stage == Stage.STRANGER && sentHere == MOST_OF_STRANGER)) {
                settle(Fate.CUT);
            }
            offering = false;
            if (fate == null) {
                patience = loop.schedule(() -> settle(Fate.WAITED), PATIENCE_MS, TimeUnit.MILLISECONDS);
                return false;
            }
            return true;
        }

        private byte[] damaged() {
            if (sound == null || sent % FORMS == 0) {
                ApiKeys api = APIS.get(random.nextInt(APIS.size()));
                short first = OldLayouts.first(api);
                short version = (short) (first + random.nextInt(api.latestVersion() - first + 1));
                if (sent / FORMS % (LARGE_EVERY / FORMS) == 0) {
                    sound = null;
                    return large.frame(api, version, sent);
                }
                sound = messages.frame(api, version, sent);
            }
            return Damage.frame(sound, random);
        }

        private void connect() {
            stage = Stage.any(random);
            sentHere = 0;
            channel = open(stage == Stage.OPEN, id -> {
                if (id == SOUND_ID || stage == Stage.STRANGER) {
                    settle(Fate.ANSWERED);
                }
            });
            MemoryChannel opened = channel;
            opened.closeFuture().addListener(closed -> {
                if (channel == opened) {
                    channel = null; // also behind an answer, after which the peer goes on with another
                    settle(Fate.CLOSED);
                }
            });
        }

        private MemoryChannel open(boolean toAll, IntConsumer answered) {
            MemoryChannel opened = new MemoryChannel(new AnswerIds(answered));
            loop.register(opened).syncUninterruptibly();
            server.initConnection(opened, toAll ? FuzzedServer.OPEN : FuzzedServer.CLIENTS);
            return opened;
        }

        /** Gives the frame its fate, the first that is told. */
        private void settle(Fate told) {
            if (fate != null) {
                return;
            }
            fate = told;
            fates[told.ordinal()]++;
            if (told != Fate.ANSWERED) {
                hangUp();
            }
            if (!offering) {
                patience.cancel(false);
                loop.execute(this::turn);
            }
        }

        private void hangUp() {
            MemoryChannel last = channel;
            channel = null;
            if (last != null) {
                last.close();
            }
        }

        private void checkSound() {
            boolean[] answered = new boolean[1];
            MemoryChannel normal = open(true, id -> answered[0] |= id == sent);
            byte[] request = RawClient.apiVersions(sent, 0);
            normal.receive(server.allocator().directBuffer(request.length).writeBytes(request));
            normal.close();
            if (!answered[0]) {
                throw new AssertionError("a sound request was not answered");
            }
        }
    }
}
