// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BytePatternTest {
    private static final long SEED = 20261130;

    @Test
    void findsWhatIsThereWhereverItIs() {
        Random random = new Random(SEED);
        for (int round = 0; round < 20_000; round++) {
            String value = letters(random, 40);
            String part = letters(random, 6);
            // Bytes around the value are not looked at.
            ByteBuffer buffer = ByteBuffer.wrap(bytes(part + value + part), part.length(), value.length());

            assertThat(new BytePattern(bytes(part)).isIn(buffer))
                    .as("%s in %s", part, value)
                    .isEqualTo(value.contains(part));
            assertThat(buffer.position()).isEqualTo(part.length());
        }
    }

    /** Two letters only, so that begins repeat. */
    private static String letters(Random random, int max) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(max + 1); length > 0; length--) {
            text.append((char) ('a' + random.nextInt(2)));
        }
        return text.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** By comparing at each place, this takes minutes. */
    @Test
    @Timeout(180)
    void aValueThatNearlyMatchesEverywhereTakesNoLonger() {
        byte[] value = new byte[64 * 1024 * 1024];
        Arrays.fill(value, (byte) 'a');

        assertThat(new BytePattern(bytes("a".repeat(4_000) + "b")).isIn(ByteBuffer.wrap(value)))
                .isFalse();
    }
}
