// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** Sends bytes that violate the protocol. */
final class Garbage {
    private static final int[] SIZES = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, 1, 3, 104_857_601};
    private static final int STORM = 20;

    private Garbage() {}

    static List<Harm> harms() {
        byte[] sound = RequestBytes.request(ApiKeys.METADATA, 8)
                .int32(0)
                .int8(0)
                .int8(0)
                .int8(0)
                .frame();
        return List.of(
                new Harm("random bytes", attacker -> {
                    byte[] bytes = new byte[1 + attacker.random().nextInt(10_000)];
                    attacker.random().nextBytes(bytes);
                    once(attacker, bytes);
                }),
                new Harm("random bytes in sound frames", attacker -> {
                    byte[] frame = new byte[14 + attacker.random().nextInt(2_000)];
                    attacker.random().nextBytes(frame);
                    ByteBuffer header = ByteBuffer.wrap(frame);
                    header.putInt(frame.length - Integer.BYTES);
                    header.putShort((short) attacker.random().nextInt(93));
                    header.putShort((short) attacker.random().nextInt(12));
                    header.putInt(1).putShort((short) 0);
                    once(attacker, frame);
                }),
                new Harm("wrong sizes", attacker -> {
                    int size = SIZES[attacker.random().nextInt(SIZES.length)];
                    once(attacker, new RequestBytes().int32(size).raw(sound).unframed());
                }),
                new Harm("unknown APIs and versions", attacker -> {
                    byte[] unknown = sound.clone();
                    ByteBuffer.wrap(unknown)
                            .putShort(Integer.BYTES, (short) attacker.random().nextInt())
                            .putShort(Integer.BYTES + Short.BYTES, (short)
                                    attacker.random().nextInt());
                    once(attacker, unknown);
                }),
                new Harm("half requests, then the end", attacker -> {
                    once(attacker, Arrays.copyOf(sound, 1 + attacker.random().nextInt(sound.length - 1)));
                }),
                new Harm("connections made and cut", attacker -> {
                    for (int i = 0; i < STORM; i++) {
                        attacker.connect().send(sound, 0, i % sound.length).close();
                    }
                    attacker.linger(Siege.PAUSE_MS);
                }));
    }

    private static void once(Attacker attacker, byte[] bytes) throws IOException {
        Attacker.Peer peer = attacker.connect().send(bytes);
        attacker.linger(10);
        peer.close();
    }
}
