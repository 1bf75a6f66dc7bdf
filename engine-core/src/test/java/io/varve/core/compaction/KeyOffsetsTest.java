// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyOffsetsTest {
    private static ByteBuffer key(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void knowsTheNewestOffsetOfEachKey() {
        long seed = 4711;
        Random random = new Random(seed);
        KeyOffsets keys = KeyOffsets.forKeys(1000, 1 << 20, 0.9);
        Map<String, Long> model = new HashMap<>();
        for (long offset = 0; offset < 5000; offset++) {
            String key = "key " + random.nextInt(1000);
            assertThat(keys.put(key(key), offset)).isTrue();
            model.put(key, offset);
        }
        assertThat(keys.size()).isEqualTo(model.size());
        model.forEach((key, offset) ->
                assertThat(keys.get(key(key))).as("seed %d, %s", seed, key).isEqualTo(offset));
        assertThat(keys.get(key("another"))).isEqualTo(-1);
    }

    @Test
    void refusesANewKeyWhenFullButTakesKnownOnes() {
        KeyOffsets keys = KeyOffsets.forKeys(Long.MAX_VALUE, 10 * KeyOffsets.SLOT_BYTES, 0.5);
        assertThat(keys.capacity()).isEqualTo(5);
        for (int i = 0; i < 5; i++) {
            assertThat(keys.put(key("k" + i), i)).isTrue();
        }
        assertThat(keys.put(key("k5"), 5)).isFalse();
        assertThat(keys.get(key("k5"))).isEqualTo(-1);
        assertThat(keys.put(key("k0"), 6)).isTrue();
        assertThat(keys.get(key("k0"))).isEqualTo(6);
    }

    @Test
    void takesNoMoreRoomThanTheKeysNeedAndAlwaysRoomForOne() {
        assertThat(KeyOffsets.forKeys(9, Long.MAX_VALUE, 0.9).capacity()).isBetween(9, 10);
        assertThat(KeyOffsets.forKeys(0, 1 << 20, 0.9).capacity()).isEqualTo(1);
        assertThat(KeyOffsets.forKeys(1000, 1, 1).capacity()).isEqualTo(1);
        KeyOffsets full = KeyOffsets.forKeys(3, 1 << 20, 1);
        for (int i = 0; i < full.capacity(); i++) {
            full.put(key("k" + i), i);
        }
        assertThat(full.get(key("not there"))).isEqualTo(-1);
    }

    @Test
    void doesNotMoveTheKeyAndTakesDirectOnesAndOffsetZero() {
        ByteBuffer direct = ByteBuffer.allocateDirect(8).putLong(0, 42);
        KeyOffsets keys = KeyOffsets.forKeys(10, 1 << 20, 0.9);
        keys.put(direct, 0);
        assertThat(direct.remaining()).isEqualTo(8);
        assertThat(keys.get(ByteBuffer.allocate(8).putLong(0, 42))).isZero();
    }
}
