// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.logging.LogTap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerConfigsTest {
    @Test
    void theValueOfASettingThatIsIgnoredIsNotLogged() {
        try (LogTap log = LogTap.on(BrokerConfigs.class)) {
            Map<String, ConfigKey> keys = new HashMap<>(BrokerConfigKeys.OF_TOPICS.keys());
            keys.putAll(new ConfigDef()
                    .define("ssl.keystore.password", ConfigDef.Type.PASSWORD, null, ConfigDef.Importance.HIGH, "doc")
                    .configKeys());
            BrokerConfigs configs =
                    new BrokerConfigs(new BrokerConfigKeys(keys, BrokerConfigKeys.OF_TOPICS.dynamic()), Map.of());
            configs.set(Map.of("ssl.keystore.password", "hush"), Map.of());
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("ssl.keystore.password")
                    .doesNotContain("hush");
        }
    }

    @Test
    void keysOfKerberosAreKeptAndOthersOfSecurityNeedARestart() {
        BrokerConfigs configs = new BrokerConfigs(BrokerConfigKeys.OF_TOPICS, Map.of());
        configs.validate(Map.of(
                "sasl.kerberos.min.time.before.relogin", "58000",
                "listener.name.sasl_ssl.sasl.login.refresh.window.factor", "0.5"));
        assertThatThrownBy(() -> configs.validate(Map.of("listener.name.sasl_ssl.sasl.enabled.mechanisms", "PLAIN")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("listener.name.sasl_ssl.sasl.enabled.mechanisms")
                .hasMessageContaining("read at a start");
    }

    @Test
    void cleanersKeepTheirMemoryAndChangeByHalfOrDouble() {
        Map<String, ConfigKey> keys = new HashMap<>(CleanerConfig.CONFIG_DEF.configKeys());
        BrokerConfigs configs = new BrokerConfigs(
                new BrokerConfigKeys(keys, keys.keySet()),
                Map.of("log.cleaner.threads", "4", "log.cleaner.dedupe.buffer.size", "8388608"));

        for (String threads : List.of("2", "4", "8")) {
            configs.validateTogether(true, Map.of("log.cleaner.threads", threads));
        }
        assertRefused(configs, Map.of("log.cleaner.threads", "1"), "less than half the current value 4");
        assertRefused(configs, Map.of("log.cleaner.threads", "9"), "more than double the current value 4");
        assertRefused(configs, Map.of("log.cleaner.dedupe.buffer.size", "4194303"), "at least 1MB per cleaner thread");
        assertThatThrownBy(() -> configs.validate(Map.of("log.cleaner.io.buffer.load.factor", "NaN")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("log.cleaner.io.buffer.load.factor");
    }

    @ParameterizedTest
    @ValueSource(strings = {"queued.max.requests", "process.roles", "controller.quorum.voters", "metadata.log.dir"})
    void whatKafkaReadsAtAStartIsRefusedThoughItMeansNothingHere(String key) {
        BrokerConfigs configs = new BrokerConfigs(BrokerConfigKeys.OF_TOPICS, Map.of());

        assertThatThrownBy(() -> configs.validate(Map.of(key, "1")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Cannot update these configs dynamically: [" + key + "]");
        configs.validate(Map.of("background.threads", "1", "zookeeper.connect", "1", "made.up", "1"));
    }

    @Test
    void nobodyCanConnectIsRefused() {
        Map<String, ConfigKey> keys = new ConfigDef()
                .define("max.connections.per.ip", ConfigDef.Type.INT, 9, ConfigDef.Importance.LOW, "doc")
                .define("max.connections.per.ip.overrides", ConfigDef.Type.STRING, "", ConfigDef.Importance.LOW, "doc")
                .configKeys();
        BrokerConfigs configs = new BrokerConfigs(new BrokerConfigKeys(keys, keys.keySet()), Map.of());

        assertRefused(configs, Map.of("max.connections.per.ip", "0"), "can be set to zero only if");
        Map<String, String> some =
                Map.of("max.connections.per.ip", "0", "max.connections.per.ip.overrides", "10.0.0.1:1");
        configs.validateTogether(true, some);
        configs.set(Map.of(), some);
        assertRefused(configs, Map.of("max.connections.per.ip", "0"), "can be set to zero only if");
        configs.validateTogether(true, Map.of());
    }

    private static void assertRefused(BrokerConfigs configs, Map<String, String> wanted, String why) {
        assertThatThrownBy(() -> configs.validateTogether(true, wanted))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(why);
    }

    @Test
    void recordsCannotBeKeptForNoTimeWhileTheServerRunsEither() {
        BrokerConfigs configs = new BrokerConfigs(BrokerConfigKeys.OF_TOPICS, Map.of());

        assertThatThrownBy(() -> configs.validate(Map.of("log.retention.ms", "0")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("log.retention.ms=0 is wrong: must be -1 (no limit), or 1 or more");
        configs.validate(Map.of("log.retention.ms", "1"));
        configs.validate(Map.of("log.retention.ms", "-1"));
    }
}
