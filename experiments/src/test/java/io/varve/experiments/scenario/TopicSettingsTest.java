// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.config.PartitionConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicSettingsTest {
    private final TopicSettings settings = new TopicSettings(true);

    @Test
    void settingsMeanWhatTheyMeanToTheServer() {
        PartitionConfig config =
                settings.partition("orders", 0, Map.of("retention.ms", "60000", "local.retention.ms", "30000"));

        assertThat(config.retention().retentionMs()).isEqualTo(60_000);
        assertThat(config.segments().segmentMs())
                .as("segments end soon enough for retention")
                .isEqualTo(60_000);
        assertThat(config.tiered()).isTrue();
        assertThat(new TopicSettings(false).partition("orders", 0, Map.of()).tiered())
                .isFalse();
    }

    @Test
    void whatTheServerWouldRefuseIsSaidInItsWords() {
        assertThat(settings.problem(Map.of("retention.ms", "60000"))).isEmpty();
        assertThat(settings.problem(Map.of("retention.ms", "-5")).orElseThrow()).contains("-5", "retention.ms", "-1");
        assertThat(settings.problem(Map.of("retention.ms", "1000", "local.retention.ms", "2000")))
                .isPresent();
        assertThat(settings.problem(Map.of("retention.mz", "1000"))).isPresent();
    }

    @Test
    void jitterIsTheSameInEachRun() {
        Map<String, String> jitter = Map.of("segment.ms", "3600000", "segment.jitter.ms", "600000");

        assertThat(settings.partition("orders", 1, jitter)).isEqualTo(settings.partition("orders", 1, jitter));
        assertThat(settings.partition("orders", 1, jitter)).isNotEqualTo(settings.partition("orders", 2, jitter));
    }
}
