// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import io.varve.server.security.TestAuthority;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Does harm to a listener with TLS: before, in and after handshakes. */
public final class TlsHarms {
    /** Who signs the certificate of the server under attack. */
    public static final TestAuthority AUTHORITY = new TestAuthority("CN=authority");

    private static final int MANY = 20;
    private static final int RECORD_BYTES = 16_384;

    private TlsHarms() {}

    static List<Harm> harms() {
        SSLContext client = AUTHORITY.client(null);
        byte[] hello = hello(client);
        byte[] huge = new RequestBytes()
                .raw(new byte[] {22, 3, 3, -1, -1})
                .raw(new byte[0xFFFF])
                .unframed();
        return List.of(
                atTls("1,000 connections that say nothing", attacker -> attacker.crowd(MANY, new byte[0])),
                atTls(
                        "1,000 connections, half of a first message on each",
                        attacker -> attacker.crowd(MANY, Arrays.copyOf(hello, hello.length / 2))),
                atTls(
                        "1,000 connections, a first message on each, then silence",
                        attacker -> attacker.crowd(MANY, hello)),
                atTls("handshakes, one after the other", attacker -> {
                    attacker.connect().handshake(client).close();
                    attacker.linger(Siege.PAUSE_MS);
                }),
                atTls("records of 64 KB", attacker -> untilRefused(attacker, huge)),
                atTls("random bytes in place of a handshake", attacker -> {
                    byte[] bytes = random(attacker);
                    bytes[0] = (byte) (20 + attacker.random().nextInt(5));
                    untilRefused(attacker, bytes);
                }),
                atTls("damaged first messages", attacker -> {
                    byte[] damaged = hello.clone();
                    for (int i = 0; i < 3; i++) {
                        damaged[attacker.random().nextInt(damaged.length)] =
                                (byte) attacker.random().nextInt();
                    }
                    untilRefused(attacker, damaged);
                }),
                atTls("random bytes behind a handshake", attacker -> {
                    attacker.linger(Siege.PAUSE_MS);
                    Attacker.Peer peer = attacker.connect().handshake(client).send(random(attacker));
                    while (true) {
                        peer.takeByte();
                    }
                }));
    }

    private static Harm atTls(String name, Harm.Attack attack) {
        return new Harm("TLS: " + name, attack, Harm.Besieged.TLS);
    }

    /** The pause comes first, for the server hangs up. */
    private static void untilRefused(Attacker attacker, byte[] bytes) throws IOException {
        attacker.linger(Siege.PAUSE_MS);
        attacker.connect().send(bytes).takeByte();
    }

    private static byte[] random(Attacker attacker) {
        byte[] bytes = new byte[1 + attacker.random().nextInt(RECORD_BYTES)];
        attacker.random().nextBytes(bytes);
        return bytes;
    }

    /** The message with which a client begins a handshake. */
    private static byte[] hello(SSLContext context) {
        try {
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(true);
            ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), out);
            byte[] hello = new byte[out.flip().remaining()];
            out.get(hello);
            return hello;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
