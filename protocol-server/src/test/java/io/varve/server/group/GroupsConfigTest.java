// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

/** Group settings that are wrong stop the start with one line. */
class GroupsConfigTest {
    @Test
    void knowsKafkasNamesAndDefaults() {
        GroupsConfig config = GroupsConfig.parse(Map.of("log.dirs", "not of this room"));
        assertThat(config.offsetsPartitions()).isEqualTo(50);
        assertThat(config.coordinator().numThreads()).isEqualTo(1);
        assertThat(config.offsetsTopicConfigs()).containsEntry("segment.bytes", "4194304");
        assertThat(GroupsConfig.keys())
                .contains("group.initial.rebalance.delay.ms", "offsets.retention.minutes")
                .contains("group.share.record.lock.duration.ms", "group.share.max.share.sessions")
                .doesNotContain("group.share.persister.class.name", "share.fetch.purgatory.purge.interval.requests");
    }

    @Test
    void namesTheKeyOfAWrongValue() {
        refuses("offsets.topic.num.partitions", "zero");
        refuses("offsets.topic.num.partitions", "0");
        refuses("group.consumer.migration.policy", "sideways");
    }

    @Test
    void checksSettingsAgainstEachOther() {
        refuses("group.consumer.heartbeat.interval.ms", "1");
    }

    private static void refuses(String key, String value) {
        assertThatThrownBy(() -> GroupsConfig.parse(Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
}
