// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.varve.server.api.era.OldLayouts;
import io.varve.server.api.parse.RequestParser;
import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

/** Kafka's parser is the oracle: what it takes of sound requests is let through. */
class InspectionTest {
    private static final long SEED = 20_260_101;
    private static final int ROUNDS = 20;

    @Test
    void letsThroughSoundRequestsOfEveryVersion() {
        RandomMessages messages = new RandomMessages(new Random(SEED));
        int seen = 0;
        for (ApiKeys api : ApiKeys.apisForListener(ListenerType.BROKER)) {
            for (short version = OldLayouts.first(api); version <= api.latestVersion(); version++) {
                for (int round = 0; round < ROUNDS; round++) {
                    ByteBuffer frame = ByteBuffer.wrap(messages.frame(api, version, round))
                            .position(Integer.BYTES)
                            .slice();
                    assertThatCode(() -> RequestParser.inspect(frame))
                            .as("%s %d", api, version)
                            .doesNotThrowAnyException();
                    // A byte less is missed by both, so both went to the same end.
                    ByteBuffer shorter =
                            frame.duplicate().limit(frame.limit() - 1).slice();
                    assertThat(isRefused(() -> RequestParser.inspect(shorter)))
                            .as("%s %d without its last byte", api, version)
                            .isEqualTo(isRefused(() -> RequestParser.parse(shorter, null)));
                    seen++;
                }
            }
        }
        assertThat(seen).isGreaterThan(200 * ROUNDS);
    }

    private static boolean isRefused(Runnable attempt) {
        try {
            attempt.run();
            return false;
        } catch (RuntimeException e) {
            return true;
        }
    }
}
