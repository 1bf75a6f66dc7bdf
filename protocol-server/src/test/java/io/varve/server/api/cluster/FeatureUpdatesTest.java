// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.HandlerExchange;
import io.varve.server.group.GroupsFixture;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FeatureUpdatesTest {
    private static final short UNUSED = -1;

    private final GroupsFixture broker = new GroupsFixture();

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void aLevelThatAClientHasLoweredStaysLoweredAfterARestart() {
        assertThat(level("transaction.version")).isEqualTo((short) 2);
        long before = features().finalizedFeaturesEpoch();

        assertThat(update("transaction.version", 1, UpgradeType.SAFE_DOWNGRADE, false)
                        .errorCode())
                .isEqualTo(Errors.NONE.code());

        assertThat(level("transaction.version")).isEqualTo((short) 1);
        assertThat(features().finalizedFeaturesEpoch()).isGreaterThan(before);
        broker.restart();
        assertThat(level("transaction.version")).isEqualTo((short) 1);
        assertThat(update("transaction.version", 2, UpgradeType.UPGRADE, false).errorCode())
                .isEqualTo(Errors.NONE.code());
        broker.restart();
        assertThat(level("transaction.version")).isEqualTo((short) 2);
    }

    @Test
    void validationChangesNothing() {
        assertThat(update("transaction.version", 0, UpgradeType.UNSAFE_DOWNGRADE, true)
                        .errorCode())
                .isEqualTo(Errors.NONE.code());
        assertThat(level("transaction.version")).isEqualTo((short) 2);
    }

    /** A request changes all its features or none. */
    @Test
    void oneRefusedFeatureKeepsTheOthers() {
        UpdateFeaturesRequestData asked = new UpdateFeaturesRequestData();
        asked.featureUpdates().add(key("transaction.version", 1, UpgradeType.SAFE_DOWNGRADE));
        asked.featureUpdates().add(key("made.up", 1, UpgradeType.UPGRADE));
        UpdateFeaturesResponseData response = exchange(ApiKeys.UPDATE_FEATURES, 2, asked);
        assertThat(response.errorCode()).isEqualTo(Errors.INVALID_UPDATE_VERSION.code());
        assertThat(response.errorMessage())
                .isEqualTo("The update failed for all features since the following feature had an error: Invalid"
                        + " update version 1 for feature made.up. Local controller 1 does not support this feature.");
        assertThat(level("transaction.version")).isEqualTo((short) 2);
    }

    @Test
    void theConsumerProtocolEndsWithItsFeature() {
        update("group.version", 0, UpgradeType.SAFE_DOWNGRADE, false);
        assertThat(level("group.version")).isEqualTo(UNUSED);
        assertThat(consumerHeartbeat()).isEqualTo(Errors.UNSUPPORTED_VERSION);
        update("group.version", 1, UpgradeType.UPGRADE, false);
        assertThat(consumerHeartbeat()).isNotEqualTo(Errors.UNSUPPORTED_VERSION);
    }

    @Test
    void theStreamsProtocolEndsWithItsFeature() {
        update("streams.version", 0, UpgradeType.SAFE_DOWNGRADE, false);
        assertThat(level("streams.version")).isEqualTo(UNUSED);
        assertThat(streamsHeartbeat()).isEqualTo(Errors.UNSUPPORTED_VERSION);
        update("streams.version", 1, UpgradeType.UPGRADE, false);
        assertThat(streamsHeartbeat()).isNotEqualTo(Errors.UNSUPPORTED_VERSION);
    }

    private Errors consumerHeartbeat() {
        return errorOf(() -> {
            ConsumerGroupHeartbeatResponseData response =
                    exchange(ApiKeys.CONSUMER_GROUP_HEARTBEAT, 1, new ConsumerGroupHeartbeatRequestData());
            return response.errorCode();
        });
    }

    private Errors streamsHeartbeat() {
        return errorOf(() -> {
            StreamsGroupHeartbeatResponseData response =
                    exchange(ApiKeys.STREAMS_GROUP_HEARTBEAT, 0, new StreamsGroupHeartbeatRequestData());
            return response.errorCode();
        });
    }

    private static Errors errorOf(Supplier<Short> code) {
        try {
            return Errors.forCode(code.get());
        } catch (ApiException e) {
            return Errors.forException(e);
        }
    }

    private UpdateFeaturesResponseData update(String name, int level, UpgradeType direction, boolean validateOnly) {
        UpdateFeaturesRequestData asked = new UpdateFeaturesRequestData().setValidateOnly(validateOnly);
        asked.featureUpdates().add(key(name, level, direction));
        return exchange(ApiKeys.UPDATE_FEATURES, 2, asked);
    }

    private static FeatureUpdateKey key(String name, int level, UpgradeType direction) {
        return new FeatureUpdateKey()
                .setFeature(name)
                .setMaxVersionLevel((short) level)
                .setUpgradeType(direction.code());
    }

    private short level(String feature) {
        FinalizedFeatureKey found = features().finalizedFeatures().find(feature);
        return found == null ? UNUSED : found.maxVersionLevel();
    }

    private ApiVersionsResponseData features() {
        return exchange(
                ApiKeys.API_VERSIONS,
                4,
                new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1"));
    }

    private <R extends ApiMessage> R exchange(ApiKeys api, int version, ApiMessage asked) {
        return HandlerExchange.of(broker.handlerContext(GroupsFixture.SELF), api, version, asked);
    }
}
