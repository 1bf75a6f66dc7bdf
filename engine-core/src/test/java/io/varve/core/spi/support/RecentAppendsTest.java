// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentAppendsTest {
    private static final long SPAN = 32L << 20;

    private final RecentAppends recent = new RecentAppends(SPAN);

    @Test
    void knowsNothingBeforeTheFirstAppend() {
        assertThat(recent.has(0, 0)).isFalse();
        assertThat(recent.has(100, SPAN)).isFalse();
    }

    @Test
    void whatWasAppendedLastIsRecentUntilTheDeviceHasTakenMore() {
        recent.appended(1_000, 10);
        assertThat(recent.has(9, 1_000)).isFalse();
        assertThat(recent.has(10, 1_000)).isTrue();
        assertThat(recent.has(10, 1_000 + 2 * SPAN)).isTrue();
        assertThat(recent.has(10, 1_001 + 2 * SPAN)).isFalse();
    }

    @Test
    void anAppendAfterALongPauseMakesOnlyItsOwnBatchesRecent() {
        recent.appended(0, 0);
        recent.appended(10 * SPAN, 500);
        assertThat(recent.has(499, 10 * SPAN)).isFalse();
        assertThat(recent.has(500, 10 * SPAN)).isTrue();
    }

    @Test
    void isRecentForOneToTwoSpansAmongAnyAppendsOfOthers() {
        long seed = 42;
        Random random = new Random(seed);
        long[] takenAt = new long[20_000];
        long taken = 0;
        for (int offset = 0; offset < takenAt.length; offset++) {
            taken += random.nextInt(100) == 0 ? random.nextLong(3 * SPAN) : random.nextInt(200_000);
            takenAt[offset] = taken;
            recent.appended(taken, offset);
            int asked = random.nextInt(offset + 1);
            long since = taken - takenAt[asked];
            if (recent.has(asked, taken)) {
                assertThat(since).as("seed %d, offset %d", seed, asked).isLessThanOrEqualTo(2 * SPAN);
            } else {
                assertThat(since).as("seed %d, offset %d", seed, asked).isGreaterThanOrEqualTo(SPAN - 200_000);
            }
        }
    }
}
