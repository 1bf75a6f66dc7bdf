// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.SegmentLimits;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SegmentRollTest {
    private static final long DAY = 24L * 3600 * 1000;
    private static final long NOW = 1_700_000_000_000L;

    private final SegmentLimits limits = SegmentLimits.DEFAULT.withSegmentMs(DAY);

    private boolean ends(long firstTimestamp, long firstAppendMs, long timestamp) {
        BatchRun run = new BatchRun(ByteBuffer.allocate(0), 0, 1, timestamp, 0);
        return SegmentRoll.isDue(limits, 1, firstTimestamp, firstAppendMs, run, NOW);
    }

    @Test
    void aSegmentEndsBeforeItGetsTooLarge() {
        SegmentLimits small = new SegmentLimits(100, DAY, 0, 4096);
        BatchRun run = new BatchRun(ByteBuffer.allocate(60), 0, 1, NOW, 0);
        assertThat(SegmentRoll.isDue(small, 40, NOW, NOW, run, NOW)).isFalse();
        assertThat(SegmentRoll.isDue(small, 41, NOW, NOW, run, NOW)).isTrue();
        assertThat(SegmentRoll.isDue(small, Integer.MAX_VALUE, NOW, NOW, run, NOW))
                .isTrue();
    }

    @Test
    void anEmptySegmentTakesARunOfAnySizeAndAge() {
        SegmentLimits small = new SegmentLimits(100, DAY, 0, 4096);
        BatchRun run = new BatchRun(ByteBuffer.allocate(101), 0, 1, NOW, 0);
        assertThat(SegmentRoll.isDue(small, 0, NOW - 9 * DAY, NOW - 9 * DAY, run, NOW))
                .isFalse();
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
