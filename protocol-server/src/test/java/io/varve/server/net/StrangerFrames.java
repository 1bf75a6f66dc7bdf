// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/** What peers send who are not authenticated and have almost a password, some of it damaged. Stateless. */
final class StrangerFrames {
    /** The correlation id of requests of an API that nobody serves. */
    static final int UNSERVED = 0x5EA1ED;

    private StrangerFrames() {}

    /** @return the next frame, damaged or not; of a sound password there is none */
    static byte[] next(Random random) {
        byte[] frame = sound(random);
        if (random.nextInt(3) == 0) {
            return Damage.frame(frame, random);
        }
        return frame;
    }

    private static byte[] sound(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> RawClient.apiVersions(1, random.nextInt(6));
            case 1, 2 ->
                RawClient.frame(
                        ApiKeys.SASL_HANDSHAKE,
                        (short) random.nextInt(2),
                        1,
                        new SaslHandshakeRequestData().setMechanism(random.nextInt(8) == 0 ? "X" : "PLAIN"));
            case 3 -> RawClient.metadata(3);
            case 4 -> RawClient.frame(token(random));
            case 5, 6, 7 -> SaslServers.unserved(UNSERVED);
            default ->
                RawClient.frame(
                        ApiKeys.SASL_AUTHENTICATE,
                        (short) random.nextInt(3),
                        2,
                        new SaslAuthenticateRequestData().setAuthBytes(token(random)));
        };
    }

    /** Almost a password. */
    private static byte[] token(Random random) {
        byte[] text = "\0alice\0A-SECRET".getBytes(StandardCharsets.UTF_8);
        return switch (random.nextInt(4)) {
            case 0 -> text;
            case 1 -> Arrays.copyOf(text, random.nextInt(text.length + 20));
            case 2 -> new byte[random.nextInt(SaslServers.MAX_BYTES)];
            default -> {
                byte[] bytes = new byte[random.nextInt(100)];
                random.nextBytes(bytes);
                yield bytes;
            }
        };
    }
}
