// SPDX-License-Identifier: Apache-2.0
package io.varve.server.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.retention.FutureTimestamps;
import io.varve.core.retention.Hold;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.retention.TierLimits;
import io.varve.core.spi.Tiering;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the lines that people read. */
class ExplanationTableTest {
    private static String table(RetentionLimits limits, FutureTimestamps rule) {
        return ExplanationTable.print(List.of(ExplanationJsonTest.explanation(limits, rule)));
    }

    private static RetentionLimits keepFor(long ms) {
        return new RetentionLimits(true, ms, -1, List.of());
    }

    @Test
    void hasALineForEverySegment() {
        List<String> lines =
                table(keepFor(5_400_000), FutureTimestamps.APPEND_TIME).lines().toList();
        assertThat(lines.stream().map(line -> line.replaceAll(" {2,}", " | ")))
                .containsExactly(
                        "orders-4: offsets 3 up to 30; retention.ms 5400000 (1h 30m), retention.bytes not limited,"
                                + " segments of at most 7d",
                        "checked every 5m, next at 2023-11-14T22:14:20Z (in 1m); the next check moves the start to 20",
                        "offsets | bytes | tier | records of | goes | because | in the way",
                        "0 to 10 | 1000 | local | 2023-11-14T19:13:20Z to 2023-11-14T20:13:20Z (2h ago)"
                                + " | with the next check | older than retention.ms | -",
                        "10 to 20 | 1000 | local | 2023-11-15T07:13:20Z (in 9h), appended 2023-11-14T20:43:20Z"
                                + " (1h 30m ago) | 2023-11-14T22:13:20Z (in 1ms) | older than retention.ms | -",
                        "20 to 30 (active) | 500 | local | 2023-11-14T21:13:20Z (1h ago)"
                                + " | 2023-11-14T22:43:20Z (in 30m), at the latest 2023-11-21T22:43:20Z (in 7d)"
                                + " | older than retention.ms"
                                + " | it grows: each record puts it off until it is full or its time is");
        int column = lines.get(2).indexOf("because");
        assertThat(lines.subList(3, 6))
                .allSatisfy(line -> assertThat(line.substring(column)).startsWith("older than"));
    }

    @Test
    void saysOfEachLocalCopyWhenItGoesAndWhyItIsStillThere() {
        TierLimits hour = new TierLimits(Tiering.COPY, 3_600_000, TierLimits.AS_TOTAL);
        assertThat(localCopies(hour, false))
                .startsWith("local copy", "is gone", "goes with the next check: older than local.retention.ms")
                .element(3)
                .asString()
                .contains("it is not in the remote tier yet");
        assertThat(ExplanationTable.print(List.of(ExplanationJsonTest.tiered(hour, RetentionLimits.DEFAULT, false))))
                .contains("; local copies: local.retention.ms 3600000 (1h), local.retention.bytes not limited")
                .contains(" remote ")
                .contains(" both ");
        assertThat(localCopies(hour, true))
                .element(2)
                .asString()
                .matches("goes .*: with its segment; a compacted topic keeps its local copies");
        assertThat(localCopies(new TierLimits(Tiering.COPY, -1, -1), false))
                .element(2)
                .asString()
                .contains("no local limit is set");
    }

    private static List<String> localCopies(TierLimits tier, boolean compacted) {
        List<String> lines = ExplanationTable.print(
                        List.of(ExplanationJsonTest.tiered(tier, RetentionLimits.DEFAULT, compacted)))
                .lines()
                .toList();
        int column = lines.get(2).indexOf("local copy");
        return lines.subList(2, lines.size()).stream()
                .map(line -> line.substring(column).trim())
                .toList();
    }

    @Test
    void showsObstacles() {
        RetentionLimits held = keepFor(60_000).withHolds(List.of(new Hold("audit", 12, Long.MAX_VALUE)));
        assertThat(table(held, FutureTimestamps.APPEND_TIME))
                .contains("hold audit pins offsets from 12 on")
                .contains("with the next check")
                .contains("stays");
        assertThat(table(keepFor(60_000), FutureTimestamps.KAFKA))
                .contains("a record from the future: 2023-11-15T07:13:20Z (in 9h)")
                .contains("the segment at 10 before it stays so long");
        assertThat(table(RetentionLimits.KEEP, FutureTimestamps.APPEND_TIME))
                .contains("the next check deletes nothing")
                .contains("cleanup.policy is without delete");
        assertThat(table(keepFor(-1), FutureTimestamps.APPEND_TIME)).contains("no limit is set");
        assertThat(table(new RetentionLimits(true, -1, 1_600, List.of()), FutureTimestamps.APPEND_TIME))
                .contains("when 100 more bytes have come");
    }
}
