// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** Does harm to a listener with SASL, without ever being authenticated. */
final class Unauthenticated {
    private static final int MANY = 40;
    private static final int MAX_BYTES = 524_288;

    private Unauthenticated() {}

    static List<Harm> harms() {
        byte[] plain = handshake("PLAIN", 1);
        byte[] scram = handshake("SCRAM-SHA-512", 1);
        byte[] wrong = token("\0alice\0guess");
        byte[] first = token("n,,n=nobody,r=" + "x".repeat(24));
        return List.of(
                atSasl("2,000 connections, a handshake on each, then silence", attacker -> attacker.crowd(MANY, plain)),
                atSasl(
                        "2,000 connections, half a token of 512 KB on each",
                        attacker -> attacker.crowd(MANY, halfAToken())),
                atSasl("wrong passwords", attacker -> exchange(attacker, plain, wrong)),
                atSasl("first messages of SCRAM, and never a last one", attacker -> exchange(attacker, scram, first)),
                atSasl("tokens of SCRAM without end", attacker -> {
                    Attacker.Peer peer = attacker.connect().send(scram);
                    while (true) {
                        peer.takeAnswer();
                        peer.send(first);
                    }
                }),
                atSasl("requests behind a password that is not verified yet", attacker -> {
                    Attacker.Peer peer = attacker.connect().send(plain).send(wrong);
                    byte[] metadata =
                            RequestBytes.request(ApiKeys.METADATA, 1).int32(0).frame();
                    for (int i = 0; i < 1_000; i++) {
                        peer.send(metadata);
                    }
                    peer.takeAnswer();
                    attacker.linger(Siege.PAUSE_MS);
                    peer.close();
                }),
                atSasl("versions asked for without end", attacker -> {
                    byte[] versions =
                            RequestBytes.request(ApiKeys.API_VERSIONS, 0).frame();
                    Attacker.Peer peer = attacker.connect();
                    while (true) {
                        peer.send(versions).takeAnswer();
                    }
                }),
                atSasl("random tokens without headers", attacker -> {
                    byte[] token = new byte[1 + attacker.random().nextInt(10_000)];
                    attacker.random().nextBytes(token);
                    exchange(
                            attacker,
                            handshake("SCRAM-SHA-256", 0),
                            new RequestBytes().raw(token).frame());
                }));
    }

    static Harm atSasl(String name, Harm.Attack attack) {
        return new Harm("before authentication: " + name, attack, Harm.Besieged.SASL);
    }

    static byte[] handshake(String mechanism, int version) {
        return RequestBytes.request(ApiKeys.SASL_HANDSHAKE, version)
                .string(mechanism)
                .frame();
    }

    static byte[] token(String text) {
        byte[] token = text.getBytes(StandardCharsets.UTF_8);
        return RequestBytes.request(ApiKeys.SASL_AUTHENTICATE, 0)
                .int32(token.length)
                .raw(token)
                .frame();
    }

    /** A handshake, and the first half of the largest token that a stranger may send. */
    private static byte[] halfAToken() {
        byte[] half = new RequestBytes()
                .int32(MAX_BYTES)
                .int16(ApiKeys.SASL_AUTHENTICATE.id)
                .int16(0)
                .int32(1)
                .raw(new byte[MAX_BYTES / 2])
                .unframed();
        return new RequestBytes().raw(handshake("PLAIN", 1)).raw(half).unframed();
    }

    static void exchange(Attacker attacker, byte[] handshake, byte[] token) throws IOException {
        Attacker.Peer peer = attacker.connect().send(handshake);
        peer.takeAnswer();
        peer.send(token).takeAnswer();
        peer.close();
    }
}
