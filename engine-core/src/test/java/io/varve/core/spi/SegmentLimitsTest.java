// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SegmentLimitsTest {
    private static final long DAY = 24L * 3600 * 1000;
    private static final long NOW = 1_700_000_000_000L;

    private final SegmentLimits limits = SegmentLimits.DEFAULT.withSegmentMs(DAY);

    private boolean ends(long firstTimestamp, long firstAppendMs, long timestamp) {
        return limits.endByAge(
                firstTimestamp, firstAppendMs, new BatchRun(ByteBuffer.allocate(0), 0, 1, timestamp, 0), NOW);
    }

    @Test
    void aSegmentEndsByTheSpanOfItsTimestamps() {
        assertThat(ends(NOW - DAY, NOW, NOW)).isFalse();
        assertThat(ends(NOW - DAY - 1, NOW, NOW)).isTrue();
        assertThat(ends(NOW - DAY, NOW - 9 * DAY, NOW)).isFalse();
    }

    @Test
    void whereThereAreNoTimestampsTheFirstAppendCounts() {
        assertThat(ends(-1, NOW - DAY, -1)).isFalse();
        assertThat(ends(-1, NOW - DAY - 1, -1)).isTrue();
    }

    @Test
    void aFirstRecordOfTheFutureKeepsNoSegmentOpen() {
        assertThat(ends(NOW + 1000 * DAY, NOW - DAY, NOW)).isFalse();
        assertThat(ends(NOW + 1000 * DAY, NOW - DAY - 1, NOW)).isTrue();
    }

    @Test
    void aClockThatWasSetBackKeepsNoSegmentOpen() {
        assertThat(ends(NOW + 1000 * DAY, NOW + 1000 * DAY, NOW)).isTrue();
        assertThat(ends(-1, NOW + 1000 * DAY, -1)).isTrue();
        assertThat(ends(-1, NOW + 1000, -1)).isFalse();
    }
}
