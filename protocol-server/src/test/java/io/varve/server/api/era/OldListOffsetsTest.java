// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.Segment;
import org.junit.jupiter.api.Test;

/** Asks of which time segments are. */
class OldListOffsetsTest {
    @Test
    void aSegmentOfUnknownTimeIsAsOldAsItsRecordsOrInNoTime() {
        assertThat(isInTime(500, 70, 69)).isFalse();
        assertThat(isInTime(50, 70, 70)).isTrue();
        assertThat(isInTime(50, -1, 49)).isFalse();
        assertThat(isInTime(50, -1, 50)).isTrue();
        assertThat(isInTime(-1, -1, Long.MAX_VALUE)).isFalse();
    }

    private static boolean isInTime(long maxTimestamp, long lastAppendMs, long timestamp) {
        Segment segment = new Segment(0, 1, 100, maxTimestamp, lastAppendMs, true, Segment.Tier.LOCAL);
        return OldListOffsetsHandler.isInTime(segment, timestamp);
    }
}
