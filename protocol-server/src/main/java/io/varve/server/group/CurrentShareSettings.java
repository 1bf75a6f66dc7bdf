// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.log.read.Isolation;
import io.varve.core.runtime.Clock;
import io.varve.server.share.ShareGroupSettings;
import io.varve.server.share.ShareLimits;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.ShareGroupAutoOffsetResetStrategy;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/** Shows a share group's own settings, and the broker's where it has none. Thread-safe. */
final class CurrentShareSettings implements ShareGroupSettings {
    private final GroupConfigManager ofGroups;
    private final ShareGroupConfig broker;
    private final Clock clock;

    /** @param clock the time from which durations count back */
    CurrentShareSettings(GroupConfigManager ofGroups, ShareGroupConfig broker, Clock clock) {
        this.ofGroups = ofGroups;
        this.broker = broker;
        this.clock = clock;
    }

    @Override
    public ShareLimits limits(String group) {
        return ofGroups.groupConfig(group)
                .map(own -> new ShareLimits(
                        own.sharePartitionMaxRecordLocks(),
                        own.shareDeliveryCountLimit(),
                        own.shareRecordLockDurationMs(),
                        own.shareRenewAcknowledgeEnable()))
                .orElseGet(() -> new ShareLimits(
                        broker.shareGroupPartitionMaxRecordLocks(),
                        broker.shareGroupDeliveryCountLimit(),
                        broker.shareGroupRecordLockDurationMs(),
                        GroupConfig.SHARE_RENEW_ACKNOWLEDGE_ENABLE_DEFAULT));
    }

    @Override
    public Isolation isolation(String group) {
        IsolationLevel level = ofGroups.groupConfig(group)
                .map(GroupConfig::shareIsolationLevel)
                .orElseGet(GroupConfig::defaultShareIsolationLevel);
        return level == IsolationLevel.READ_COMMITTED ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED;
    }

    @Override
    public long startPoint(String group) {
        Optional<GroupConfig> own = ofGroups.groupConfig(group);
        ShareGroupAutoOffsetResetStrategy strategy =
                own.map(GroupConfig::shareAutoOffsetReset).orElseGet(GroupConfig::defaultShareAutoOffsetReset);
        return switch (strategy.type()) {
            case EARLIEST -> EARLIEST;
            case LATEST -> LATEST;
            // Kafka's class counts back from the machine's time, which is not always the server's.
            case BY_DURATION -> clock.millis() - duration(own.orElseThrow().shareAutoOffsetReset);
        };
    }

    private static long duration(String strategy) {
        return Duration.parse(strategy.substring(strategy.indexOf(':') + 1)).toMillis();
    }

    @Override
    public int maxSessions() {
        return broker.shareGroupMaxShareSessions();
    }
}
