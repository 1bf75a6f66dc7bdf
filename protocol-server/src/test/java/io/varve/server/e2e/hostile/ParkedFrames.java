// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** Sends requests without their ends: a server that waits for the rest keeps the received bytes. */
final class ParkedFrames {
    private static final int ANNOUNCED = 80 << 20;
    private static final int SENT = 4 << 20;
    private static final int MANY = 60;

    private ParkedFrames() {}

    static List<Harm> harms() {
        byte[] large = begun(ANNOUNCED, SENT);
        byte[] half = begun(128 << 10, 64 << 10);
        return List.of(
                new Harm("80 MB announced, 4 MB sent, then a byte now and then", attacker -> park(attacker, large, 1)),
                new Harm("3,000 connections, half a request of 128 KB on each", attacker -> park(attacker, half, MANY)),
                new Harm("one byte at a time", attacker -> trickle(attacker, begun(1 << 20, 1_000))));
    }

    /** The first bytes of a Produce request. */
    private static byte[] begun(int size, int sent) {
        RequestBytes wire = new RequestBytes()
                .int32(size)
                .int16(ApiKeys.PRODUCE.id)
                .int16(8)
                .int32(1)
                .string("hostile");
        wire.raw(new byte[sent - 64]);
        return wire.unframed();
    }

    private static void park(Attacker attacker, byte[] begun, int connections) throws IOException {
        List<Attacker.Peer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                peers.add(attacker.connect().send(begun));
            }
            while (true) {
                attacker.linger(Siege.PAUSE_MS);
                for (Attacker.Peer peer : peers) {
                    peer.send(begun, 0, 1);
                }
            }
        } finally {
            for (Attacker.Peer peer : peers) {
                peer.close();
            }
        }
    }

    private static void trickle(Attacker attacker, byte[] begun) throws IOException {
        Attacker.Peer peer = attacker.connect();
        for (int at = 0; at < begun.length; at++) {
            peer.send(begun, at, 1);
            attacker.linger(5);
        }
        peer.close();
    }
}
