// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.log.config.BatchRules;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.junit.jupiter.api.Test;

/** Tests that a row is all that a setting of Varve's own needs. */
class OwnTopicConfigsTest {
    private static final String NAME = "varve.test.segment.ms";

    private static final OwnTopicConfig ROW = OwnTopicConfig.named(
            new ConfigDef()
                    .define(
                            NAME,
                            ConfigDef.Type.LONG,
                            2_000L,
                            ConfigDef.Range.atLeast(1_000),
                            ConfigDef.Importance.LOW,
                            "when segments end")
                    .configKeys()
                    .get(NAME),
            (config, value) -> config.with(config.segments().withSegmentMs((Long) value)));

    private static final TopicConfigs TOPICS = new TopicConfigs(
            Map.of(),
            BatchRules.DEFAULT,
            new TierConfigs(false),
            new OwnTopicConfigs(List.of(RetentionHolds.CONFIG, ROW)));

    @Test
    void aRowIsAllThatASettingNeeds() {
        Map<String, String> set = Map.of(NAME, "5000", "retention.ms", "9", "varve.hold.audit", "0:1-2");
        TOPICS.validate(Map.of(), set);
        assertThat(TOPICS.partitionConfig(set).segments().segmentMs()).isEqualTo(5_000);
        assertThat(TOPICS.partitionConfig(set).retention().retentionMs()).isEqualTo(9);
        assertThat(TOPICS.value(NAME, set)).isEqualTo("5000");
        assertThat(shown(set).source()).isEqualTo(ConfigEntry.Source.TOPIC);
    }

    @Test
    void itsDefaultIsInForceAndShownWhereItIsNotSet() {
        assertThat(TOPICS.partitionConfig(Map.of()).segments().segmentMs()).isEqualTo(2_000);
        assertThat(TOPICS.value(NAME, Map.of())).isEqualTo("2000");
        assertThat(shown(Map.of()).source()).isEqualTo(ConfigEntry.Source.DEFAULT);
        assertThat(shown(Map.of()).key().documentation).isEqualTo("when segments end");
    }

    @Test
    void refusesValuesOutOfRangeAndOfAnotherTypeByName() {
        for (String wrong : List.of("999", "soon")) {
            assertThatThrownBy(() -> TOPICS.validate(Map.of(), Map.of(NAME, wrong)))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining(NAME)
                    .hasMessageContaining(wrong);
        }
    }

    private static ConfigEntry shown(Map<String, String> set) {
        return TOPICS.settings(set).stream()
                .filter(entry -> entry.key().name.equals(NAME))
                .findAny()
                .orElseThrow();
    }
}
