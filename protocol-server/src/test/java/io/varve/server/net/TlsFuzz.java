// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import io.varve.server.security.ListenerSecurity;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * Shakes hands with a listener with TLS and asks it something, without sockets, and damages one record of
 * each connection on the way. Peers take turns on event loops. A server that waits for the rest of what was
 * damaged gets zeros, and has to close then. The same seed damages the same records in the same way; what is
 * in them is drawn anew.
 */
final class TlsFuzz {
    private static final int THREADS = 2;
    private static final int PEERS = 16;

    /** One of so many connections is sound, and has to be served. */
    private static final int SOUND_EVERY = 20;

    private static final int MOST_RECORDS = 8;
    private static final int MOST_REQUESTS = 4;
    private static final long INSIST_MS = 50;
    private static final long PATIENCE_MS = 60_000;

    /** More than the largest record has, so that none lacks anything. */
    private static final byte[] REST = new byte[20_000];

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final List<SSLContext> CLIENTS =
            List.of(Tls.AUTHORITY.client(null), Tls.AUTHORITY.client(Tls.CLIENT));

    /** What came of a connection. */
    enum Fate {
        /** All its requests were answered. */
        SERVED,
        /** The server closed. */
        CLOSED,
        /** The client did not accept what the server sent. */
        GIVEN_UP
    }

    private final NetServer server;
    private final ListenerSecurity listener;
    private final byte[] request;
    private final long seed;
    private final int connections;

    /** @param request what each connection asks, with the correlation id 1 */
    TlsFuzz(NetServer server, ListenerSecurity listener, byte[] request, long seed, int connections) {
        this.server = server;
        this.listener = listener;
        this.request = request;
        this.seed = seed;
        this.connections = connections;
    }

    /**
     * Makes the connections.
     *
     * @return how many had each fate
     * @throws AssertionError if a sound one is not served, or a damaged one does not end
     */
    Map<Fate, Integer> run() {
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(THREADS, NioIoHandler.newFactory());
        try {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < PEERS; i++) {
                int share = connections / PEERS + (i < connections % PEERS ? 1 : 0);
                peers.add(new Peer(loops.next(), new Random(seed + i), share));
            }
            peers.forEach(peer -> peer.loop.execute(peer::turn));
            Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
            for (Peer peer : peers) {
                peer.done.join().forEach((fate, count) -> fates.merge(fate, count, Integer::sum));
            }
            return fates;
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    /** One connection after another. Confined to its event loop. */
    private final class Peer {
        private final EventLoop loop;
        private final Random random;
        private final int share;
        private final Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
        private final CompletableFuture<Map<Fate, Integer>> done = new CompletableFuture<>();
        private int begun;

        /** Null between two connections. */
        private MemoryChannel channel;

        private SSLEngine engine;
        private ByteBuffer arrived;
        private ByteBuffer out;
        private ByteBuffer plain;
        private AnswerIds answers;
        private Future<?> patience;
        private byte[] before;
        private boolean sound;
        private boolean insists;
        private int damagedAt;
        private int records;
        private int asked;
        private int answered;
        private int wanted;

        Peer(EventLoop loop, Random random, int share) {
            this.loop = loop;
            this.random = random;
            this.share = share;
        }

        private void turn() {
            try {
                if (begun == share) {
                    done.complete(fates);
                } else {
                    connect();
                    pump();
                }
            } catch (SSLException | RuntimeException | Error e) {
                fail("failed", e);
            }
        }

        private void connect() throws SSLException {
            sound = begun++ % SOUND_EVERY == 0;
            damagedAt = sound ? Integer.MAX_VALUE : random.nextInt(MOST_RECORDS);
            wanted = 1 + random.nextInt(MOST_REQUESTS);
            before = null;
            insists = false;
            records = 0;
            asked = 0;
            answered = 0;
            engine = CLIENTS.get(random.nextInt(CLIENTS.size())).createSSLEngine("localhost", 1);
            engine.setUseClientMode(true);
            engine.setEnabledProtocols(new String[] {random.nextBoolean() ? "TLSv1.2" : "TLSv1.3"});
            engine.beginHandshake();
            arrived = ByteBuffer.allocate(2 * engine.getSession().getPacketBufferSize());
            out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            plain = ByteBuffer.allocate(2 * engine.getSession().getApplicationBufferSize());
            answers = new AnswerIds(id -> answered++);
            patience = loop.schedule(() -> fail("got no answer", null), PATIENCE_MS, TimeUnit.MILLISECONDS);
            MemoryChannel opened = new MemoryChannel(this::arrive);
            channel = opened;
            opened.closeFuture().addListener(closed -> {
                if (channel == opened) {
                    end(Fate.CLOSED);
                }
            });
            loop.register(opened).syncUninterruptibly();
            server.initConnection(opened, listener);
        }

        private void arrive(ByteBuf bytes) {
            if (channel == null) {
                bytes.skipBytes(bytes.readableBytes());
                return;
            }
            int size = bytes.readableBytes();
            bytes.readBytes(arrived.slice().limit(size));
            arrived.position(arrived.position() + size);
            loop.execute(this::pump);
        }

        private void pump() {
            try {
                while (channel != null && step()) {
                    // One step after the other, until something has to arrive.
                }
            } catch (SSLException refused) {
                end(Fate.GIVEN_UP);
            } catch (RuntimeException | Error e) {
                fail("failed", e);
            }
        }

        /** @return false if nothing can be done before more has arrived */
        private boolean step() throws SSLException {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    engine.getDelegatedTask().run();
                    return true;
                }
                case NEED_WRAP -> wrap(NOTHING);
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    return unwrap();
                }
                default -> {
                    if (answered == wanted) {
                        end(Fate.SERVED);
                    } else if (asked == answered) {
                        asked += wrap(ByteBuffer.wrap(request)) / request.length;
                    } else {
                        return unwrap();
                    }
                }
            }
            return true;
        }

        /** @return how many of the bytes were sent */
        private int wrap(ByteBuffer bytes) throws SSLException {
            SSLEngineResult result = engine.wrap(bytes, out.clear());
            if (out.position() > 0) {
                byte[] record = new byte[out.flip().remaining()];
                out.get(record);
                byte[] next = records++ == damagedAt
                        ? TlsDamage.record(record, before == null ? record : before, random)
                        : record;
                before = record;
                send(next);
            }
            if (result.getStatus() == SSLEngineResult.Status.CLOSED && channel != null) {
                end(Fate.GIVEN_UP);
            }
            return result.bytesConsumed();
        }

        private boolean unwrap() throws SSLException {
            SSLEngineResult result = engine.unwrap(arrived.flip(), plain.clear());
            arrived.compact();
            answers.accept(Unpooled.wrappedBuffer(plain.flip()));
            if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                end(Fate.GIVEN_UP);
            } else if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                if (records > damagedAt && !insists) {
                    insists = true;
                    MemoryChannel waiting = channel;
                    loop.schedule(() -> insist(waiting), INSIST_MS, TimeUnit.MILLISECONDS);
                }
                return false;
            }
            return true;
        }

        /** The server may wait for the rest of a record that says it is longer. */
        private void insist(MemoryChannel waiting) {
            if (channel == waiting) {
                send(REST);
            }
        }

        private void send(byte[] bytes) {
            channel.receive(server.allocator().directBuffer(bytes.length + 1).writeBytes(bytes));
        }

        private void end(Fate fate) {
            if (sound && fate != Fate.SERVED) {
                fail("was " + fate, null);
                return;
            }
            fates.merge(fate, 1, Integer::sum);
            hangUp();
            loop.execute(this::turn);
        }

        private void fail(String what, Throwable cause) {
            String which = sound ? "sound" : "damaged at record " + damagedAt;
            done.completeExceptionally(
                    new AssertionError("connection " + begun + ", " + which + ", of seed " + seed + " " + what, cause));
            hangUp();
        }

        private void hangUp() {
            patience.cancel(false);
            MemoryChannel last = channel;
            channel = null;
            if (last != null) {
                last.close();
            }
        }
    }
}
