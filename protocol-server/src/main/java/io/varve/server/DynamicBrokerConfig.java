// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.compaction.CompactionConfig;
import io.varve.core.engine.LogEngine;
import io.varve.server.api.WorkQueue;
import io.varve.server.config.BrokerConfigDef;
import io.varve.server.config.ConnectionOverrides;
import io.varve.server.metadata.config.BrokerConfigs;
import io.varve.server.metadata.config.ConfigListener;
import io.varve.server.net.NetServer;
import io.varve.server.quota.QuotaThrottle;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/** Applies changes of dynamic broker settings and of quotas to the network and the engine. */
record DynamicBrokerConfig(
        BrokerConfigs broker, NetServer net, LogEngine engine, QuotaThrottle throttle, WorkQueue lookUps)
        implements ConfigListener {
    @Override
    public void changed(ConfigResource resource, Map<String, String> configs) {
        if (resource.type() == ConfigResource.Type.BROKER) {
            net.limitConnections(
                    Math.toIntExact(broker.number(BrokerConfigDef.MAX_CONNECTIONS)),
                    Math.toIntExact(broker.number(BrokerConfigDef.MAX_PER_IP)));
            net.limitAddresses(ConnectionOverrides.parse(broker.text(BrokerConfigDef.PER_IP_OVERRIDES)))
                    .ifPresent(lookUps::add);
            throttle.connections().limit(Math.toIntExact(broker.number(BrokerConfigDef.MAX_CREATION_RATE)));
            engine.rememberProducers(broker.number(BrokerConfigDef.PRODUCER_EXPIRATION));
            engine.compactWith(new CompactionConfig(
                    broker.isOn(BrokerConfigDef.CLEANER_ENABLE),
                    Math.toIntExact(broker.number(BrokerConfigDef.CLEANER_THREADS)),
                    broker.number(BrokerConfigDef.CLEANER_DEDUPE_BUFFER),
                    broker.decimal(BrokerConfigDef.CLEANER_LOAD_FACTOR),
                    Math.toIntExact(broker.number(BrokerConfigDef.CLEANER_IO_BUFFER)),
                    broker.decimal(BrokerConfigDef.CLEANER_IO_MAX),
                    broker.number(BrokerConfigDef.CLEANER_BACKOFF)));
            engine.flushEvery(broker.number(BrokerConfigDef.FLUSH_MS), broker.number(BrokerConfigDef.FLUSH_MESSAGES));
        }
    }

    @Override
    public void quotasChanged(Map<ClientQuotaEntity, Map<String, Double>> quotas) {
        throttle.enforce(quotas).ifPresent(lookUps::add);
    }
}
