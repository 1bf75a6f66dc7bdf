// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** Sends on while a quota holds it back, evades the quota, and outgrows what is remembered of quotas. */
public final class HeldBack {
    /** A client id that has a quota of one byte in a second. */
    public static final String CLIENT = "held-back";

    private static final int MANY = 40;
    private static final int NAME = 250;

    private HeldBack() {}

    static List<Harm> harms() {
        byte[] produce = produce(CLIENT);
        byte[] metadata =
                RequestBytes.request(ApiKeys.METADATA, 1, CLIENT).int32(0).frame();
        RequestBytes more = new RequestBytes();
        for (int i = 0; i < 4_000; i++) {
            more.raw(metadata);
        }
        byte[] behind = more.unframed();
        return List.of(
                new Harm("2,000 connections that a quota holds back and that send on", attacker -> {
                    List<Attacker.Peer> peers = new ArrayList<>();
                    try {
                        for (int i = 0; i < MANY; i++) {
                            peers.add(attacker.connect().send(produce));
                        }
                        for (Attacker.Peer peer : peers) {
                            peer.takeAnswer();
                            peer.send(behind, 0, 64 << 10);
                        }
                        attacker.linger(10 * Siege.PAUSE_MS);
                    } finally {
                        for (Attacker.Peer peer : peers) {
                            peer.close();
                        }
                    }
                }),
                new Harm("a new connection for each request that a quota holds back", attacker -> {
                    Attacker.Peer peer = attacker.connect().send(produce);
                    peer.takeAnswer();
                    peer.close();
                }),
                new Harm("another client id, with a quota of its own, for each request", attacker -> {
                    Attacker.Peer peer = attacker.connect();
                    for (int i = 0; i < 1_000; i++) {
                        peer.send(produce(name(attacker))).takeAnswer();
                    }
                    peer.close();
                }));
    }

    private static String name(Attacker attacker) {
        String unique = Long.toHexString(attacker.random().nextLong());
        return unique + "x".repeat(NAME - unique.length());
    }

    /** A request for no partition: all there is to it is its size. */
    static byte[] produce(String client) {
        return RequestBytes.request(ApiKeys.PRODUCE, 3, client)
                .noString()
                .int16(1)
                .int32(1_000)
                .int32(0)
                .frame();
    }
}
