// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.protocol.ApiKeys;

/** Does harm as a user who has authenticated and may do nothing, and to access control itself. */
public final class FewRights {
    /** How long in ms a session of a client lasts. */
    public static final int SESSION_MS = 200;

    private static final int NAMES = 10_000;
    private static final int FILTERS = 10_000;
    private static final int MANY = 40;

    /** Bytes of a name, nearly as many as a stranger may send. */
    private static final int TOKEN = 500_000;

    private FewRights() {}

    static List<Harm> harms() {
        List<String> names = names(NAMES);
        byte[] metadata = RequestBytes.request(ApiKeys.METADATA, 8)
                .array(names, RequestBytes::string)
                .int8(1)
                .int8(1)
                .int8(1)
                .frame();
        byte[] groups = RequestBytes.request(ApiKeys.DELETE_GROUPS, 1)
                .array(names, RequestBytes::string)
                .frame();
        byte[] records = RequestBytes.request(ApiKeys.DELETE_RECORDS, 1)
                .array(names, (wire, key) -> wire.string(key).int32(1).int32(0).int64(0))
                .int32(1_000)
                .frame();
        byte[] directories =
                RequestBytes.request(ApiKeys.DESCRIBE_LOG_DIRS, 1).int32(-1).frame();
        byte[] one = RequestBytes.request(ApiKeys.METADATA, 1).int32(0).frame();
        byte[] session = new RequestBytes()
                .raw(Unauthenticated.handshake("PLAIN", 1))
                .raw(Unauthenticated.token("\0alice\0a-secret"))
                .unframed();
        return List.of(
                known("10,000 names that are denied", attacker -> {
                    Attacker.Peer peer = authenticated(attacker, session);
                    for (byte[] request : List.of(metadata, groups, records)) {
                        peer.send(request).takeAnswer();
                        attacker.linger(Siege.PAUSE_MS);
                    }
                    peer.close();
                }),
                known("denials without end", attacker -> {
                    Attacker.Peer peer = authenticated(attacker, session);
                    while (true) {
                        peer.send(directories).takeAnswer();
                    }
                }),
                known("2,000 connections that authenticate and stay", attacker -> attacker.crowd(MANY, session)),
                known(
                        "sessions that are opened and left",
                        attacker -> authenticated(attacker, session).close()),
                known("authentication again and again", attacker -> {
                    Attacker.Peer peer = authenticated(attacker, session);
                    while (true) {
                        peer.send(session).takeAnswer();
                        peer.takeAnswer();
                    }
                }),
                known("another mechanism or another user, once the session ends", attacker -> {
                    Attacker.Peer peer = authenticated(attacker, session);
                    attacker.linger(SESSION_MS);
                    if (attacker.random().nextBoolean()) {
                        peer.send(Unauthenticated.handshake("SCRAM-SHA-512", 1)).takeAnswer();
                        peer.send(Unauthenticated.token("n,,n=alice,r=" + "x".repeat(24)))
                                .takeAnswer();
                    } else {
                        peer.send(Unauthenticated.handshake("PLAIN", 1)).takeAnswer();
                        peer.send(Unauthenticated.token("\0bob\0b-secret")).takeAnswer();
                    }
                    peer.close();
                }),
                known("tokens in the middle of a session", attacker -> {
                    Attacker.Peer peer = authenticated(attacker, session);
                    byte[] token = Unauthenticated.token("\0bob\0b-secret");
                    while (true) {
                        peer.send(token).takeAnswer();
                        peer.send(one).takeAnswer();
                    }
                }),
                known("requests after the session's end", attacker -> {
                    Attacker.Peer peer = authenticated(attacker, session);
                    attacker.linger(SESSION_MS + Siege.PAUSE_MS);
                    while (true) {
                        peer.send(one).takeAnswer();
                    }
                }),
                known("requests of a client that a quota holds back, and answers that it never reads", attacker -> {
                    Attacker.Peer peer = attacker.connect(4_096).send(session);
                    byte[] produce = HeldBack.produce(HeldBack.CLIENT);
                    for (int i = 0; i < 20_000; i++) {
                        peer.send(produce).send(metadata);
                    }
                }),
                new Harm(
                        "before authentication: long names for SCRAM",
                        attacker -> longToken(attacker, "SCRAM-SHA-512", "n,,n=" + "x".repeat(TOKEN) + ",r=abc"),
                        Harm.Besieged.SASL),
                new Harm("10,000 filters of entries to delete", attacker -> {
                    Attacker.Peer peer = attacker.connect();
                    peer.send(filters()).takeAnswer();
                    attacker.linger(Siege.PAUSE_MS);
                    peer.close();
                }),
                new Harm("SCRAM credentials with as many iterations as a number can say", attacker -> {
                    Attacker.Peer peer = attacker.connect();
                    peer.send(credential()).takeAnswer();
                    attacker.linger(Siege.PAUSE_MS);
                    peer.close();
                }));
    }

    static Harm known(String name, Harm.Attack attack) {
        return new Harm("after authentication: " + name, attack, Harm.Besieged.SASL);
    }

    static Attacker.Peer authenticated(Attacker attacker, byte[] session) throws IOException {
        Attacker.Peer peer = attacker.connect().send(session);
        peer.takeAnswer();
        peer.takeAnswer();
        return peer;
    }

    private static void longToken(Attacker attacker, String mechanism, String token) throws IOException {
        Attacker.Peer peer = attacker.connect().send(Unauthenticated.handshake(mechanism, 1));
        peer.takeAnswer();
        peer.send(Unauthenticated.token(token)).takeAnswer();
        attacker.linger(Siege.PAUSE_MS);
        peer.close();
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "denied-" + i).toList();
    }

    /** Each matches nothing, after it was compared with every entry. */
    private static byte[] filters() {
        return RequestBytes.request(ApiKeys.DELETE_ACLS, 1)
                .array(
                        names(FILTERS),
                        (wire, key) -> wire.int8(2)
                                .string(key)
                                .int8(2) // what matches the name
                                .noString()
                                .noString()
                                .int8(1)
                                .int8(1))
                .frame();
    }

    private static byte[] credential() {
        return RequestBytes.request(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, 0)
                .varint(1)
                .varint(2)
                .varint(4)
                .raw(new byte[] {'e', 'v', 'e'})
                .int8(2)
                .int32(Integer.MAX_VALUE)
                .varint(9)
                .raw(new byte[8])
                .varint(65)
                .raw(new byte[64])
                .int8(0)
                .int8(0)
                .frame();
    }
}
