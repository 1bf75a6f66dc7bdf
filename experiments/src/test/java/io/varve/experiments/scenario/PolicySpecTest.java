// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PolicySpecTest {
    @Test
    void aTopicsOwnSettingsYieldToThePolicysAndTheseToThoseForTheTopic() {
        TopicSpec orders = new TopicSpec("orders", 1, Map.of("retention.ms", "1", "segment.ms", "2", "flush.ms", "3"));
        PolicySpec policy = new PolicySpec(
                "p",
                Map.of("retention.ms", "10", "segment.ms", "20"),
                Map.of("orders", Map.of("retention.ms", "100"), "other", Map.of("segment.ms", "200")),
                Map.of(),
                Optional.empty());

        assertThat(policy.settingsOf(orders))
                .containsOnly(
                        Map.entry("retention.ms", "100"), Map.entry("segment.ms", "20"), Map.entry("flush.ms", "3"));
    }
}
