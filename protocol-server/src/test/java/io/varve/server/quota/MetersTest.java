// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetersTest {
    private static final QuotaWindow WINDOW = new QuotaWindow(11, 1);

    private final Meters<String, RateMeter> meters = new Meters<>(100, () -> new RateMeter(WINDOW));

    @Test
    void dropsWhoeverWasIdleForAWindow() {
        for (int i = 0; i < 50; i++) {
            count("early" + i, 0);
        }
        count("late", 5_000);
        assertThat(meters.size()).isEqualTo(51);
        for (int i = 0; i < 50; i++) {
            count("late", 12_000);
        }
        assertThat(meters.size()).isEqualTo(1);
        assertThat(excessMs("late", 12_000)).isPositive();
    }

    @Test
    void dropsTheIdlestOfTooMany() {
        for (int i = 0; i < 200; i++) {
            count("other" + i, 0);
            count("busy", 0);
        }
        assertThat(meters.size()).isEqualTo(100);
        assertThat(excessMs("busy", 0)).isEqualTo((200 - 10) * 1_000);
        assertThat(excessMs("other0", 0)).isZero();
    }

    private void count(String who, long nowMs) {
        meters.use(who, nowMs, meter -> meter.count(1, Double.MAX_VALUE, nowMs));
    }

    /** @return ms that a quota of one per second takes for what exceeds the ten that the window allows */
    private long excessMs(String who, long nowMs) {
        return meters.use(who, nowMs, meter -> meter.count(0, 1, nowMs));
    }
}
