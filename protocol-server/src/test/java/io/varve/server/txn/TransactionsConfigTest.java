// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

/** Tests that a wrong transaction setting stops the start with one line. */
class TransactionsConfigTest {
    @Test
    void knowsKafkasNamesAndDefaults() {
        TransactionsConfig config = TransactionsConfig.parse(Map.of("log.dirs", "ignored"));
        assertThat(config.partitions()).isEqualTo(50);
        assertThat(config.maxTimeoutMs()).isEqualTo(900_000);
        assertThat(config.expirationMs()).isEqualTo(604_800_000);
        assertThat(config.abortIntervalMs()).isEqualTo(10_000);
        assertThat(config.topicConfigs())
                .containsEntry("cleanup.policy", "compact")
                .containsEntry("segment.bytes", "4194304");
        assertThat(TransactionsConfig.keys())
                .contains("transaction.max.timeout.ms", "transactional.id.expiration.ms")
                .doesNotContain("producer.id.expiration.ms");
    }

    @Test
    void namesTheKeyOfAWrongValue() {
        refuses("transaction.state.log.num.partitions", "0");
        refuses("transaction.max.timeout.ms", "soon");
        refuses("transaction.two.phase.commit.enable", "true");
    }

    private static void refuses(String key, String value) {
        assertThatThrownBy(() -> TransactionsConfig.parse(Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
}
