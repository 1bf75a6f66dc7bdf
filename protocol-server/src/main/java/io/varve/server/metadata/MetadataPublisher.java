// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.server.metadata.acl.AclListener;
import io.varve.server.metadata.config.BrokerConfigs;
import io.varve.server.metadata.config.ConfigListener;
import io.varve.server.metadata.config.TopicConfigs;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import io.varve.server.metadata.topic.TopicReconciler;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts durable metadata in force: applies broker settings, has topics reconciled, calls the listeners of
 * settings. Used by the thread that writes the metadata.
 */
final class MetadataPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataPublisher.class);

    private final ConfigResource self;
    private final BrokerConfigs brokerConfigs;
    private final TopicConfigs topicConfigs;
    private final TopicReconciler topics;
    private final Consumer<Collection<Uuid>> retry;
    private final List<ConfigListener> listeners = new CopyOnWriteArrayList<>();
    private final List<AclListener> aclListeners = new CopyOnWriteArrayList<>();

    /**
     * @param retry has {@link #publishTopics} called again later, for topics that could not be opened or
     *     deleted
     */
    MetadataPublisher(
            int nodeId,
            BrokerConfigs brokerConfigs,
            TopicConfigs topicConfigs,
            TopicReconciler topics,
            Consumer<Collection<Uuid>> retry) {
        self = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(nodeId));
        this.brokerConfigs = brokerConfigs;
        this.topicConfigs = topicConfigs;
        this.topics = topics;
        this.retry = retry;
    }

    /** @param states the states after each of the batches that became durable together, the newest last */
    void publish(List<MetadataState> states) {
        Set<Uuid> changed = new LinkedHashSet<>();
        Set<ConfigResource> configs = new LinkedHashSet<>();
        for (MetadataState state : states) {
            if (!state.changedAcls().isEmpty()) {
                aclListeners.forEach(listener -> listener.changed(state.changedAcls()));
            }
            changed.addAll(state.changedTopics());
            configs.addAll(state.changedConfigs());
        }
        MetadataState newest = states.get(states.size() - 1);
        if (configs.contains(self) || configs.contains(MetadataEvents.CLUSTER)) {
            applyBrokerConfigs(newest);
            topics.reconsiderAll();
            changed.addAll(newest.topicIds());
        }
        publishTopics(changed, newest);
        configs.forEach(resource -> listeners.forEach(listener -> call(listener, resource, newest)));
        if (states.stream().anyMatch(MetadataState::hasChangedQuotas)) {
            listeners.forEach(listener -> callWithQuotas(listener, newest));
        }
    }

    /** Applies the broker's settings that were set while a server ran: they are topics' defaults too. */
    void applyBrokerConfigs(MetadataState state) {
        topicConfigs.setDefaults(brokerConfigs.set(state.configs(self), state.configs(MetadataEvents.CLUSTER)));
    }

    /**
     * Reconciles topics and their partitions with the metadata, and schedules a retry for topics that
     * failed.
     */
    void publishTopics(Collection<Uuid> changed, MetadataState state) {
        List<Uuid> failed = topics.reconcile(changed, state);
        if (!failed.isEmpty()) {
            retry.accept(failed);
        }
    }

    /** Calls a listener for each resource that has settings and with the quotas, and then for each change. */
    void addListener(ConfigListener listener, MetadataState state) {
        listeners.add(listener);
        state.configured().forEach(resource -> call(listener, resource, state));
        callWithQuotas(listener, state);
    }

    private static void callWithQuotas(ConfigListener listener, MetadataState state) {
        try {
            listener.quotasChanged(state.quotas());
        } catch (RuntimeException e) {
            LOG.error("The quotas are stored and could not be applied; a restart applies them", e);
        }
    }

    /** Calls a listener with all access control entries, and from then on for each change. */
    void addListener(AclListener listener, MetadataState state) {
        aclListeners.add(listener);
        Map<Uuid, Optional<StandardAcl>> present = new HashMap<>();
        state.acls().forEach((id, acl) -> present.put(id, Optional.of(acl)));
        listener.changed(present);
    }

    private static void call(ConfigListener listener, ConfigResource resource, MetadataState state) {
        try {
            listener.changed(resource, state.configs(resource));
        } catch (RuntimeException e) {
            LOG.error("The settings of {} are stored and could not be applied; a restart applies them", resource, e);
        }
    }
}
