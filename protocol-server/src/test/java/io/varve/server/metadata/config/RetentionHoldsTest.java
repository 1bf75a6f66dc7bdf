// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.log.config.BatchRules;
import io.varve.core.retention.Hold;
import io.varve.core.retention.RetentionLimits;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests how holds are parsed, refused and shown. */
class RetentionHoldsTest {
    private static final TopicConfigs TOPICS = new TopicConfigs(Map.of(), BatchRules.DEFAULT, false);
    private static final Uuid ID = new Uuid(3, 5);

    @Test
    void pinsRangesOfPartitions() {
        PartitionConfigs configs = TOPICS.partitionConfigs(
                Map.of("varve.hold.audit", "0:100-200, 3:5-", "varve.hold.all", "*:7-8", "retention.ms", "9"));
        assertThat(configs.of(ID, 0).retention())
                .isEqualTo(
                        new RetentionLimits(true, 9, -1, List.of(new Hold("all", 7, 8), new Hold("audit", 100, 200))));
        assertThat(configs.of(ID, 3).retention().holds())
                .containsExactly(new Hold("all", 7, 8), new Hold("audit", 5, Long.MAX_VALUE));
        assertThat(configs.of(ID, 1).retention().holds()).containsExactly(new Hold("all", 7, 8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "100-200",
                "0:100",
                "0:200-100",
                "0:5-5",
                "x:1-2",
                "0:1-2,",
                "-1:1-2",
                "0:1-99999999999999999999",
                "99999999999:1-2",
                "0:a-b"
            })
    void refusesMalformedRanges(String value) {
        assertThatThrownBy(() -> TOPICS.validate(Map.of(), Map.of("varve.hold.audit", value)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("varve.hold.audit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"varve.hold.", "varve.hold.a b", "varve.holds.a", "varve.hold.ü"})
    void refusesMalformedNames(String key) {
        assertThatThrownBy(() -> TOPICS.validate(Map.of(), Map.of(key, "0:1-2")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(key);
    }

    @Test
    void areShownWithTheTopicsSettings() {
        Map<String, String> settings = Map.of("varve.hold.audit", "0:1-2");
        assertThat(TOPICS.settings(settings))
                .filteredOn(setting -> setting.key().name.equals("varve.hold.audit"))
                .singleElement()
                .satisfies(setting -> {
                    assertThat(setting.value()).isEqualTo("0:1-2");
                    assertThat(setting.source()).isEqualTo(ConfigEntry.Source.TOPIC);
                });
        assertThat(TOPICS.value("varve.hold.audit", settings)).isEqualTo("0:1-2");
        assertThat(TopicConfigs.isList("varve.hold.audit")).isTrue();
    }
}
