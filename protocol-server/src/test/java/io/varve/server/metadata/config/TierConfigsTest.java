// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.log.config.BatchRules;
import io.varve.core.retention.TierLimits;
import io.varve.core.spi.Tiering;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.config.ConfigEntry.Source;
import io.varve.server.metadata.log.MetadataException;
import io.varve.server.metadata.topic.TopicLimits;
import io.varve.server.metadata.topic.TopicsConfig;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the settings of the remote tier, with a backend that has one and with one that has none. */
class TierConfigsTest {
    private static final TopicConfigs TIERED = new TopicConfigs(Map.of(), BatchRules.DEFAULT, true);
    private static final TopicConfigs LOCAL = new TopicConfigs(Map.of(), BatchRules.DEFAULT, false);
    private static final Map<String, String> OFF = Map.of("remote.storage.enable", "false");

    private static TierLimits limits(TopicConfigs configs, Map<String, String> settings) {
        return configs.partitionConfig(settings).tier();
    }

    private static Map<String, String> settings(String list) {
        Map<String, String> settings = new HashMap<>();
        for (String item : list.split("; *")) {
            String[] pair = item.split("=", 2);
            if (pair.length == 2) {
                settings.put(pair[0], pair[1]);
            }
        }
        return settings;
    }

    @Test
    void tiersTopicsThatSayNothingWhereTheBackendHasATier() {
        assertThat(limits(TIERED, Map.of())).isEqualTo(new TierLimits(Tiering.COPY, -2, -2));
        assertThat(limits(TIERED, OFF)).isEqualTo(TierLimits.OFF);
        assertThat(limits(LOCAL, Map.of())).isEqualTo(TierLimits.OFF);
        assertThat(limits(LOCAL, Map.of("remote.storage.enable", "true")))
                .as("set while another backend was in use")
                .isEqualTo(TierLimits.OFF);
    }

    @Test
    void readsLocalLimitsAndWhetherCopyingIsDisabled() {
        assertThat(limits(TIERED, Map.of("local.retention.ms", "7", "local.retention.bytes", "8")))
                .isEqualTo(new TierLimits(Tiering.COPY, 7, 8));
        assertThat(limits(TIERED, Map.of("remote.log.copy.disable", "true")))
                .isEqualTo(new TierLimits(Tiering.READ_ONLY, -2, -2));
        TopicConfigs withDefaults = new TopicConfigs(
                Map.of("log.local.retention.ms", "5", "log.local.retention.bytes", "6"), BatchRules.DEFAULT, true);
        assertThat(limits(withDefaults, Map.of("local.retention.ms", "-2")))
                .isEqualTo(new TierLimits(Tiering.COPY, -2, 6));
    }

    @Test
    void showsThatTopicsAreTieredByDefault() {
        assertThat(TIERED.value("remote.storage.enable", Map.of())).isEqualTo("true");
        assertThat(LOCAL.value("remote.storage.enable", Map.of())).isEqualTo("false");
        assertThat(TIERED.settings(OFF))
                .filteredOn(setting -> setting.key().name.equals("remote.storage.enable"))
                .singleElement()
                .satisfies(setting -> {
                    assertThat(setting.value()).isEqualTo("false");
                    assertThat(setting.source()).isEqualTo(Source.TOPIC);
                });
        assertThat(new TopicConfigs(Map.of("log.local.retention.ms", "5"), BatchRules.DEFAULT, true).settings(Map.of()))
                .filteredOn(setting -> setting.key().name.equals("local.retention.ms"))
                .singleElement()
                .satisfies(setting -> {
                    assertThat(setting.value()).isEqualTo("5");
                    assertThat(setting.source()).isEqualTo(Source.STATIC);
                });
    }

    // The texts are Kafka's; those of a compacted topic are Varve's.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        local.retention.ms=8; retention.ms=7       | Value must not be more than retention.ms property value: 7
        local.retention.ms=-1; retention.ms=7      | Value must not be -1 as retention.ms value is set as 7.
        local.retention.bytes=8; retention.bytes=7 | Value must not be more than retention.bytes property value: 7
        local.retention.bytes=-3                   | Value must be at least -2
        remote.log.copy.disable=true; local.retention.ms=5 | must be set to the identical value
        remote.storage.enable=maybe                | remote.storage.enable
        cleanup.policy=compact; remote.log.copy.disable=true | on a compacted topic
        cleanup.policy=compact; local.retention.ms=8; retention.ms=7 | Value must not be more than retention.ms
        cleanup.policy=compact,shred               | cleanup.policy
        """)
    void refusesWhatContradictsItself(String list, String why) {
        assertThatThrownBy(() -> TIERED.validateNew(settings(list)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(why);
        assertThatThrownBy(() -> TIERED.validate(Map.of(), settings(list)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        local.retention.ms=7; retention.ms=7
        local.retention.ms=-1; retention.ms=-1
        local.retention.bytes=7; retention.bytes=-1
        remote.log.copy.disable=true
        remote.storage.enable=false
        remote.storage.enable=true; cleanup.policy=compact
        cleanup.policy=compact,delete; local.retention.ms=7
        """)
    void acceptsForANewTopic(String list) {
        assertThatCode(() -> TIERED.validateNew(settings(list))).doesNotThrowAnyException();
    }

    @Test
    void keepsLocalLimitsOfATopicThatTheBackendCannotTier() {
        assertThatCode(() -> LOCAL.validateNew(Map.of("local.retention.ms", "5")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> LOCAL.validateNew(Map.of("remote.storage.enable", "true")))
                .hasMessageContaining("Tiered Storage functionality is disabled in the broker");
    }

    @Test
    void disablesTheTierOfATopicOnlyIfWhatIsThereMayBeDeleted() {
        assertThatThrownBy(() -> TIERED.validate(Map.of(), OFF))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("It is invalid to disable remote storage without deleting remote data");
        assertThatCode(() -> TIERED.validate(
                        Map.of(), Map.of("remote.storage.enable", "false", "remote.log.delete.on.disable", "true")))
                .doesNotThrowAnyException();
        assertThatCode(() -> TIERED.validate(OFF, OFF)).doesNotThrowAnyException();
    }

    @Test
    void refusesToCompactATopicWhoseSegmentsMayBeInTheTierOnly() {
        Map<String, String> compact = Map.of("cleanup.policy", "compact");
        assertThatThrownBy(() -> TIERED.validate(Map.of(), compact))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageStartingWith("Remote log storage only supports topics with cleanup.policy=delete");
        assertThatCode(() -> TIERED.validate(compact, Map.of("cleanup.policy", "compact,delete")))
                .doesNotThrowAnyException();
        assertThatCode(() -> TIERED.validate(OFF, Map.of("cleanup.policy", "compact", "remote.storage.enable", "true")))
                .doesNotThrowAnyException();
        assertThatCode(() -> LOCAL.validate(Map.of(), compact)).doesNotThrowAnyException();
    }

    @Test
    void refusesBrokerWideLocalLimitsAboveTheTotalOnes() {
        TopicsConfig tiered = new TopicsConfig(1, 1, true, true, true, TopicLimits.DEFAULT);
        MetadataConfig config = MetadataConfig.defaults(1).withTopics(tiered);
        assertThatThrownBy(() ->
                        config.withLogDefaults(Map.of("log.local.retention.ms", "3600001", "log.retention.hours", "1")))
                .isInstanceOf(MetadataException.class)
                .hasMessage("Invalid value 3600001 for configuration log.local.retention.ms:"
                        + " Value must not be more than log.retention.ms property value: 3600000");
        assertThatCode(() -> MetadataConfig.defaults(1)
                        .withLogDefaults(Map.of("log.local.retention.ms", "3600001", "log.retention.hours", "1")))
                .as("without a tier it has no effect, and Kafka starts")
                .doesNotThrowAnyException();
    }

    @Test
    void comparesLocalLimitsSetWhileRunningWithTheTotalOnesInForce() {
        BrokerConfigs brokers = new BrokerConfigs(BrokerConfigKeys.OF_TOPICS, Map.of("log.retention.bytes", "100"));
        brokers.set(Map.of(), Map.of("log.retention.ms", "50"));
        Map<String, String> tooLong = Map.of("log.local.retention.ms", "51");
        assertThatThrownBy(() -> brokers.validateTogether(false, tooLong))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Value must not be more than log.retention.ms property value: 50");
        assertThatCode(() -> brokers.validateTogether(true, tooLong))
                .as("which replaces log.retention.ms=50 of all brokers")
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> brokers.validateTogether(true, Map.of("log.local.retention.bytes", "-1")))
                .hasMessageContaining("Value must not be -1 as log.retention.bytes value is set as 100.");
        assertThat(BrokerConfigKeys.OF_TOPICS.dynamic())
                .contains("log.local.retention.ms", "log.local.retention.bytes");
    }
}
