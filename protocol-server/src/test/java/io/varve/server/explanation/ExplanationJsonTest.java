// SPDX-License-Identifier: Apache-2.0
package io.varve.server.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.retention.FutureTimestamps;
import io.varve.core.retention.Hold;
import io.varve.core.retention.LocalPlan;
import io.varve.core.retention.LocalRetentionPolicy;
import io.varve.core.retention.LogState;
import io.varve.core.retention.RetentionConfig;
import io.varve.core.retention.RetentionExplanation;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.retention.RetentionPlan;
import io.varve.core.retention.RetentionPolicy;
import io.varve.core.retention.TierLimits;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Tiering;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the JSON of explanations, both ways, and the names that ask for them. */
class ExplanationJsonTest {
    static final long NOW = 1_700_000_000_000L;
    private static final long HOUR = 3_600_000;

    /** @return the explanation of three segments: two hours old, future timestamps, and active */
    static RetentionExplanation explanation(RetentionLimits limits, FutureTimestamps rule) {
        LogState log = new LogState(
                List.of(
                        new Segment(0, 10, 1_000, NOW - 2 * HOUR, NOW - 2 * HOUR, true, Segment.Tier.LOCAL),
                        new Segment(10, 20, 1_000, NOW + 9 * HOUR, NOW - 3 * HOUR / 2, true, Segment.Tier.LOCAL),
                        new Segment(20, 30, 500, NOW - HOUR, -1, false, Segment.Tier.LOCAL)),
                3,
                30);
        return new RetentionExplanation(
                new PartitionId("orders", new UUID(1, 2), 4),
                NOW,
                NOW + 60_000,
                new RetentionExplanation.Rules(
                        limits, TierLimits.OFF, new RetentionConfig(300_000, rule), 7 * 24 * HOUR),
                log,
                RetentionPolicy.decide(log, limits, Tiering.OFF, rule, NOW),
                LocalPlan.NONE,
                List.of(NOW - 3 * HOUR, -1L, NOW - HOUR));
    }

    /** @return the explanation of four segments: in the tier only, in both, not copied yet, and active */
    static RetentionExplanation tiered(TierLimits tier, RetentionLimits limits, boolean compacted) {
        LogState log = new LogState(
                List.of(
                        new Segment(0, 10, 1_000, NOW - 3 * HOUR, NOW - 3 * HOUR, true, Segment.Tier.REMOTE),
                        new Segment(10, 20, 1_000, NOW - 2 * HOUR, NOW - 2 * HOUR, true, Segment.Tier.BOTH),
                        new Segment(20, 30, 1_000, NOW - HOUR, NOW - HOUR, true, Segment.Tier.LOCAL),
                        new Segment(30, 40, 500, NOW - HOUR / 2, NOW - HOUR / 2, false, Segment.Tier.LOCAL)),
                0,
                40);
        FutureTimestamps rule = FutureTimestamps.APPEND_TIME;
        RetentionPlan plan = RetentionPolicy.decide(log, limits, tier.tiering(), rule, NOW);
        return new RetentionExplanation(
                new PartitionId("orders", new UUID(1, 2), 4),
                NOW,
                NOW + 60_000,
                new RetentionExplanation.Rules(limits, tier, new RetentionConfig(300_000, rule), 7 * 24 * HOUR),
                log,
                plan,
                LocalRetentionPolicy.decide(plan, log, limits, tier, compacted, rule, NOW),
                List.of(NOW - 4 * HOUR, NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tellsTiersAndWhenLocalCopiesGo(boolean compacted) {
        for (Tiering tiering : List.of(Tiering.COPY, Tiering.READ_ONLY)) {
            for (long localMs : List.of(TierLimits.AS_TOTAL, -1L, HOUR)) {
                RetentionExplanation sent =
                        tiered(new TierLimits(tiering, localMs, 700), RetentionLimits.DEFAULT, compacted);
                assertThat(ExplanationJson.read(ExplanationJson.write("orders", List.of(sent))))
                        .containsExactly(sent);
            }
        }
    }

    @Test
    void isReadAsItWasWritten() {
        for (FutureTimestamps rule : FutureTimestamps.values()) {
            for (RetentionLimits limits : List.of(
                    RetentionLimits.KEEP,
                    RetentionLimits.DEFAULT,
                    new RetentionLimits(
                            true, HOUR, 400, List.of(new Hold("a", 12, 14), new Hold("b", 5, Long.MAX_VALUE))))) {
                List<RetentionExplanation> sent = List.of(explanation(limits, rule), explanation(limits, rule));
                assertThat(ExplanationJson.read(ExplanationJson.write("orders", sent)))
                        .isEqualTo(sent);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{}",
                "{\"topic\":1}",
                "{\"partitions\":[1]}",
                "{\"partitions\":[{}]}",
                "{\"a\" 1}",
                "\"\\u12",
                "\"\\x\"",
                "\"open",
                "{} x",
                "1.5",
                "{\"partitions\":{}}"
            })
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> ExplanationJson.read(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesUnboundedDepth() {
        assertThatThrownBy(() -> ExplanationJson.read("[".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsWhatItWritesWithAnyNameAndIgnoresWhiteSpace() {
        List<RetentionExplanation> sent = List.of(explanation(
                new RetentionLimits(true, HOUR, -1, List.of(new Hold("a\"\\\nü", 5, Long.MAX_VALUE))),
                FutureTimestamps.KAFKA));
        String json = ExplanationJson.write("orders", sent);
        assertThat(ExplanationJson.read(json)).isEqualTo(sent);
        assertThat(ExplanationJson.read(" " + json.replace(":[", " : [\n") + "\n"))
                .isEqualTo(sent);
    }

    /** Programs read the JSON: names, their order, and the omission of unknown numbers stay. */
    @Test
    void isWrittenInOneFormForProgramsToRead() {
        RetentionLimits limits = new RetentionLimits(true, HOUR, -1, List.of(new Hold("audit", 12, 14)));
        assertThat(ExplanationJson.write("orders", List.of(explanation(limits, FutureTimestamps.APPEND_TIME))))
                .isEqualTo("""
                        {"topic":"orders","partitions":[{"partition":4,\
                        "topicId":"00000000-0000-0001-0000-000000000002","now":1700000000000,\
                        "nextCheck":1700000060000,"checkIntervalMs":300000,"futureTimestamps":"append-time",\
                        "delete":true,"retentionMs":3600000,"segmentMs":604800000,"holds":[{"name":"audit",\
                        "from":12,"to":14}],"startOffset":3,"newStartOffset":10,"highWatermark":30,\
                        "segments":[{"baseOffset":0,"endOffset":10,"bytes":1000,"tier":"local","sealed":true,\
                        "firstTimestamp":1699989200000,"maxTimestamp":1699992800000,"lastAppend":1699992800000,\
                        "cause":"time","ageFrom":1699992800000,"due":1699996400001,"goes":1699996400001,\
                        "goesLatest":1699996400001,"obstacles":[]},{"baseOffset":10,"endOffset":20,"bytes":1000,\
                        "tier":"local","sealed":true,"maxTimestamp":1700032400000,"lastAppend":1699994600000,\
                        "cause":"time","ageFrom":1699994600000,"due":1699998200001,"obstacles":[{"kind":"hold",\
                        "detail":"audit"}]},{"baseOffset":20,"endOffset":30,"bytes":500,"tier":"local",\
                        "sealed":false,"firstTimestamp":1699996400000,"maxTimestamp":1699996400000,"cause":"time",\
                        "ageFrom":1699996400000,"due":1700000000001,"obstacles":[{"kind":"hold","detail":"audit"},\
                        {"kind":"active"},{"kind":"older-segment","detail":"10"}]}]}]}""");
    }

    @Test
    void aRequestIsReadBackFromItsResourceName() {
        ExplanationRequest request = new ExplanationRequest(
                "orders", 3, Map.of("retention.ms", "5", "varve.hold.a", "*:1-2,3:4-", "cleanup.policy", ""));
        assertThat(ExplanationRequest.isRequest(request.resourceName())).isTrue();
        assertThat(ExplanationRequest.parse(request.resourceName())).isEqualTo(request);
        ExplanationRequest plain = new ExplanationRequest("orders", ExplanationRequest.ALL, Map.of());
        assertThat(plain.resourceName()).isEqualTo("orders?varve.retention.explanation");
        assertThat(ExplanationRequest.parse(plain.resourceName())).isEqualTo(plain);
        assertThat(ExplanationRequest.isRequest("orders")).isFalse();
        assertThat(ExplanationRequest.isRequest("orders?varve.retention.explanations"))
                .isFalse();
        assertThatThrownBy(() -> ExplanationRequest.parse(plain.resourceName() + "&partition=x"))
                .hasMessageContaining("partition=x");
        assertThatThrownBy(() -> ExplanationRequest.parse(plain.resourceName() + "&=x"))
                .hasMessageContaining("=x");
        assertThatThrownBy(() -> ExplanationRequest.parse(plain.resourceName() + "&a=%"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
