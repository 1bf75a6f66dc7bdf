// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/** Is called when settings other than topics' change, by one thread at a time. Must not block. */
@FunctionalInterface
public interface ConfigListener {
    /**
     * @param resource a broker, a group, or a subscription of client metrics; a broker without a name stands
     *     for all brokers
     * @param configs its own settings now; empty when it has none any more
     */
    void changed(ConfigResource resource, Map<String, String> configs);

    /**
     * Is called when quotas change, and at first.
     *
     * @param quotas the quotas of all users, clients and addresses now, by entity and key
     */
    default void quotasChanged(Map<ClientQuotaEntity, Map<String, Double>> quotas) {}
}
