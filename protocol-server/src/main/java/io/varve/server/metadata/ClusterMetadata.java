// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.core.engine.LogEngine;
import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.core.event.EventLog;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import io.varve.server.metadata.config.AlterConfigs;
import io.varve.server.metadata.config.BrokerConfigLayers;
import io.varve.server.metadata.config.BrokerConfigs;
import io.varve.server.metadata.config.ConfigChange;
import io.varve.server.metadata.config.ConfigListener;
import io.varve.server.metadata.config.TopicConfigs;
import io.varve.server.metadata.kraft.ImportTopics;
import io.varve.server.metadata.kraft.KraftTopic;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataException;
import io.varve.server.metadata.log.MetadataLog;
import io.varve.server.metadata.log.MetadataRecordCodec;
import io.varve.server.metadata.log.MetadataState;
import io.varve.server.metadata.producerid.ProducerIdBlocks;
import io.varve.server.metadata.producerid.ProducerIds;
import io.varve.server.metadata.start.BootstrapCluster;
import io.varve.server.metadata.start.StorageReconciliation;
import io.varve.server.metadata.start.UncleanShutdownFlag;
import io.varve.server.metadata.topic.CreatePartitions;
import io.varve.server.metadata.topic.CreateTopics;
import io.varve.server.metadata.topic.DeleteTopics;
import io.varve.server.metadata.topic.NewPartitions;
import io.varve.server.metadata.topic.NewTopic;
import io.varve.server.metadata.topic.PartitionCreator;
import io.varve.server.metadata.topic.ServedTopics;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicCreationPlan;
import io.varve.server.metadata.topic.TopicCreator;
import io.varve.server.metadata.topic.TopicListener;
import io.varve.server.metadata.topic.TopicRef;
import io.varve.server.metadata.topic.TopicResult;
import io.varve.server.metadata.topic.Topics;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the cluster is, as a fold over the events in {@code __cluster_metadata}: topics, ids, settings, producer ids, the cluster's id and
 * the node's. Changes are decided and logged by one writer, and take effect when they are durable. Thread-safe.
 */
public final class ClusterMetadata implements Topics, TopicCreator, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterMetadata.class);
    private static final long RETRY_MS = 1_000;

    private final MetadataConfig config;
    private final TopicConfigs definitions;
    private final BrokerConfigs broker;
    private final ConfigResource self;
    private final List<ConfigListener> watchers = new CopyOnWriteArrayList<>();
    private final ServedTopics served;
    private final Scheduler scheduler;
    private final Ids ids;
    private final EventLog<MetadataState, ApiMessageAndVersion> events;
    private final UncleanShutdownFlag run;
    private final ProducerIds producerIds = new ProducerIdBlocks(this::reserveProducerIds);

    private ClusterMetadata(
            MetadataConfig config,
            LogEngine engine,
            MetadataLog.Replayed replayed,
            Clock clock,
            Scheduler scheduler,
            Ids ids) {
        this.config = config;
        this.scheduler = scheduler;
        this.ids = ids;
        self = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(config.nodeId()));
        broker = new BrokerConfigs(config);
        definitions = new TopicConfigs(brokerLayers(replayed.catalog()), config.batches());
        served = new ServedTopics(engine, definitions);
        events = new EventLog<>(
                replayed.log(),
                new MetadataRecordCodec(clock),
                MetadataState::apply,
                replayed.catalog(),
                new PartitionCreator(engine, definitions),
                this::follow,
                scheduler);
        run = new UncleanShutdownFlag(config.nodeId(), engine, events);
    }

    /**
     * Replays the metadata, opens every partition of every topic, and finishes deletions a crash cut short. At the first start on an empty
     * storage makes the cluster's id.
     *
     * @param engine the open engine; must outlive this
     * @param config who this node is and what topics get by default
     * @param clock stamps events
     * @param scheduler gives the writer its thread
     * @param ids makes topic ids and the cluster's id
     * @return ready to serve
     * @throws MetadataException if the data is another node's, or has partitions but no metadata, or lacks partitions, or cannot be
     *     understood
     * @throws io.varve.core.spi.StorageException if the metadata cannot be read or written
     */
    public static ClusterMetadata open(
            LogEngine engine, MetadataConfig config, Clock clock, Scheduler scheduler, Ids ids) {
        MetadataLog.Replayed replayed = MetadataLog.replay(engine, new MetadataRecordCodec(clock));
        MetadataLog.checkNode(replayed.catalog(), config.nodeId());
        ClusterMetadata metadata = new ClusterMetadata(config, engine, replayed, clock, scheduler, ids);
        try {
            StorageReconciliation found = StorageReconciliation.compare(engine.stored(), replayed);
            found.requireNothingLost(config.losses());
            found.tidy(engine);
            metadata.events.submit(new BootstrapCluster(config, ids)).join();
            metadata.run.begin(replayed, found.missing());
            metadata.events.submit(metadata.followAll()).join();
        } catch (CompletionException e) {
            metadata.close();
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } catch (MetadataException e) {
            metadata.close();
            throw e;
        }
        return metadata;
    }

    /** @return 22 characters of base64 */
    public String clusterId() {
        return events.state().clusterId();
    }

    /** @return what topics can be configured with here */
    public TopicConfigs topicConfigs() {
        return definitions;
    }

    /** @return the broker's settings */
    public BrokerConfigs brokerConfigs() {
        return broker;
    }

    /**
     * @param resource anything that has settings but a topic
     * @return its own settings, as clients set them
     */
    public Map<String, String> configs(ConfigResource resource) {
        return events.state().configs(resource);
    }

    /**
     * Watches the settings of brokers, groups and client metrics for as long as the server runs.
     *
     * @param watcher told first of each resource that has settings, then of each change
     * @return completes when it has been told of those there are
     */
    public CompletableFuture<Void> watchConfigs(ConfigListener watcher) {
        return submit(catalog -> new Decision<>(List.of(), () -> {
            MetadataState now = events.state();
            watchers.add(watcher);
            now.configured().forEach(resource -> watcher.changed(resource, now.configs(resource)));
            return null;
        }));
    }

    /** @return who this node is and what topics get by default */
    public MetadataConfig config() {
        return config;
    }

    /**
     * @param name a topic name
     * @return true if only the broker itself may create or delete it
     */
    public static boolean isReserved(String name) {
        return org.apache.kafka.common.internals.Topic.isInternal(name)
                || name.equals(org.apache.kafka.common.internals.Topic.CLUSTER_METADATA_TOPIC_NAME);
    }

    /** @return gives out producer ids */
    public ProducerIds producerIds() {
        return producerIds;
    }

    /** @return the level of each finalized feature by name, for ApiVersions */
    public Map<String, Short> features() {
        return BootstrapCluster.features(events.state());
    }

    @Override
    public Topic byName(String name) {
        return served.byName(name);
    }

    @Override
    public Topic byId(Uuid id) {
        return served.byId(id);
    }

    @Override
    public Collection<Topic> all() {
        return served.all();
    }

    @Override
    public int size() {
        return served.size();
    }

    @Override
    public void watch(TopicListener watcher) {
        served.watch(watcher);
    }

    @Override
    public CompletableFuture<Topic> createIfAbsent(String name) {
        if (served.byName(name) == null && isReserved(name)) {
            return CompletableFuture.failedFuture(
                    new InvalidTopicException("Topic '" + name + "' is the broker's own; clients cannot create it."));
        }
        return createIfAbsent(NewTopic.withDefaults(name));
    }

    @Override
    public CompletableFuture<Topic> createInternalIfAbsent(String name, int partitions, Map<String, String> configs) {
        return createIfAbsent(new NewTopic(name, partitions, 1, Map.of(), configs));
    }

    /**
     * Creates topics, each or not for reasons of its own.
     *
     * @param topics what is wanted, names distinct
     * @param validateOnly true to find out what would happen
     * @return completes, when what succeeded is durable and served, with an outcome per topic in order
     */
    public CompletableFuture<List<TopicResult>> createTopics(List<NewTopic> topics, boolean validateOnly) {
        return submit(new CreateTopics(topics, validateOnly, config, definitions, served, ids));
    }

    /**
     * Deletes topics with all they hold, each or not for reasons of its own.
     *
     * @param topics which
     * @return completes, when what succeeded is durable and no longer served, with an outcome per topic in order
     */
    public CompletableFuture<List<TopicResult>> deleteTopics(List<TopicRef> topics) {
        return submit(new DeleteTopics(topics));
    }

    /**
     * Adds partitions to topics, to each or not for reasons of its own.
     *
     * @param topics what is wanted, names distinct
     * @param validateOnly true to find out what would happen
     * @return completes, when what succeeded is durable and served, with an outcome per topic in order
     */
    public CompletableFuture<List<TopicResult>> createPartitions(List<NewPartitions> topics, boolean validateOnly) {
        return submit(new CreatePartitions(topics, validateOnly, config, served));
    }

    /**
     * Changes settings, each resource's or not for reasons of its own.
     *
     * @param changes what is wanted, resources distinct
     * @param validateOnly true to find out what would happen
     * @return completes, when what succeeded is durable and in force, with an outcome per resource in order
     */
    public CompletableFuture<List<ApiError>> alterConfigs(List<ConfigChange> changes, boolean validateOnly) {
        return submit(new AlterConfigs(changes, validateOnly, definitions, broker));
    }

    /**
     * Takes over topics of another cluster, all of them or none: names, ids, settings and leader epochs stay. Their partitions' logs may
     * be in the engine already.
     *
     * @param topics what is taken over; settings must be valid here
     * @param nextProducerId lowest producer id the other cluster has not given out: none below it is given out here from now on
     * @return completes when all is durable and served; fails with a Kafka
     *     {@link org.apache.kafka.common.errors.ApiException} that says why nothing was taken over
     */
    public CompletableFuture<Void> adopt(Collection<KraftTopic> topics, long nextProducerId) {
        return submit(new ImportTopics(List.copyOf(topics), nextProducerId, config.nodeId()));
    }

    /** Lets changes in progress finish and refuses later ones. Idempotent. The engine is the caller's to close, after this. */
    @Override
    public void close() {
        run.end();
        events.close();
    }

    private CompletableFuture<Topic> createIfAbsent(NewTopic topic) {
        Topic there = served.byName(topic.name());
        if (there != null) {
            return CompletableFuture.completedFuture(there);
        }
        return submit(catalog -> {
            TopicCreationPlan plan = new TopicCreationPlan(catalog, config, definitions);
            if (catalog.topic(topic.name()) == null) {
                plan.add(topic, BootstrapCluster.newId(ids));
            }
            return new Decision<>(plan.events(), () -> {
                Topic made = served.byName(topic.name());
                if (made == null) {
                    throw new KafkaStorageException(
                            "Topic '" + topic.name() + "' exists, but its partitions cannot be opened now.");
                }
                return made;
            });
        });
    }

    // Clients know Kafka's exceptions only.
    private <R> CompletableFuture<R> submit(Command<MetadataState, ApiMessageAndVersion, R> command) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        events.submit(command).whenComplete((result, failure) -> {
            if (failure == null) {
                answer.complete(result);
            } else if (failure instanceof StorageException) {
                answer.completeExceptionally(new KafkaStorageException(failure.getMessage(), failure));
            } else {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    private CompletableFuture<Long> reserveProducerIds() {
        return submit(catalog -> {
            long first = Math.max(0, catalog.image().producerIds().nextProducerId()); // -1 before the first block
            return new Decision<>(
                    List.of(MetadataEvents.producerIds(config.nodeId(), first + ProducerIdBlocks.SIZE)), () -> first);
        });
    }

    private void follow(List<MetadataState> states) {
        Set<Uuid> touched = new LinkedHashSet<>();
        for (MetadataState state : states) {
            touched.addAll(state.touchedTopics());
        }
        MetadataState newest = states.get(states.size() - 1);
        Set<ConfigResource> configs = new LinkedHashSet<>();
        states.forEach(state -> configs.addAll(state.touchedConfigs()));
        if (configs.contains(self) || configs.contains(MetadataEvents.CLUSTER)) {
            definitions.setDefaults(brokerLayers(newest));
            served.reconsiderAll();
            touched.addAll(newest.image().topics().topicsById().keySet());
        }
        follow(touched, newest);
        configs.forEach(resource -> watchers.forEach(watcher -> tell(watcher, resource, newest)));
    }

    private BrokerConfigLayers brokerLayers(MetadataState catalog) {
        return broker.set(catalog.configs(self), catalog.configs(MetadataEvents.CLUSTER));
    }

    private static void tell(ConfigListener watcher, ConfigResource resource, MetadataState catalog) {
        try {
            watcher.changed(resource, catalog.configs(resource));
        } catch (RuntimeException e) {
            LOG.error("The settings of {} could not be applied", resource, e);
        }
    }

    private void follow(Collection<Uuid> touched, MetadataState catalog) {
        List<Uuid> failed = served.follow(touched, catalog);
        if (!failed.isEmpty()) {
            scheduler.schedule(RETRY_MS, () -> events.submit(following(failed)));
        }
    }

    private Command<MetadataState, ApiMessageAndVersion, Void> followAll() {
        return catalog -> following(
                        List.copyOf(catalog.image().topics().topicsById().keySet()))
                .decide(catalog);
    }

    // The answer is computed by the writer between rounds, so the effects stay in order without being events.
    private Command<MetadataState, ApiMessageAndVersion, Void> following(Collection<Uuid> topics) {
        return catalog -> new Decision<>(List.of(), () -> {
            follow(topics, events.state());
            return null;
        });
    }
}
