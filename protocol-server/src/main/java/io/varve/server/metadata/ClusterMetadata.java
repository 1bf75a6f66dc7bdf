// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.core.engine.LogEngine;
import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.core.event.EventLog;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.server.error.KafkaErrors;
import io.varve.server.metadata.acl.AclListener;
import io.varve.server.metadata.config.AlterConfigs;
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
import io.varve.server.metadata.log.MetadataWriter;
import io.varve.server.metadata.producerid.ProducerIdBlocks;
import io.varve.server.metadata.producerid.ProducerIds;
import io.varve.server.metadata.producerid.ReserveProducerIds;
import io.varve.server.metadata.start.BootstrapCluster;
import io.varve.server.metadata.start.StorageReconciliation;
import io.varve.server.metadata.start.UncleanShutdownFlag;
import io.varve.server.metadata.topic.CreatePartitions;
import io.varve.server.metadata.topic.CreateTopicIfAbsent;
import io.varve.server.metadata.topic.CreateTopics;
import io.varve.server.metadata.topic.DeleteTopics;
import io.varve.server.metadata.topic.NewPartitions;
import io.varve.server.metadata.topic.NewTopic;
import io.varve.server.metadata.topic.PartitionCreator;
import io.varve.server.metadata.topic.PartitionOpener;
import io.varve.server.metadata.topic.ReservedTopics;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicCreationRules;
import io.varve.server.metadata.topic.TopicCreator;
import io.varve.server.metadata.topic.TopicListener;
import io.varve.server.metadata.topic.TopicReconciler;
import io.varve.server.metadata.topic.TopicRef;
import io.varve.server.metadata.topic.TopicRegistry;
import io.varve.server.metadata.topic.TopicResult;
import io.varve.server.metadata.topic.Topics;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides and logs changes of the cluster's metadata: topics, settings, producer ids, the cluster's id. The
 * metadata is a fold over the events in {@code __cluster_metadata}. One thread writes them, and a change
 * takes effect when it is durable. Thread-safe.
 */
public final class ClusterMetadata implements Topics, TopicCreator, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterMetadata.class);
    private static final long RETRY_MS = 1_000;
    private static final long OPEN_WAIT_MS = 500;

    private final MetadataConfig config;
    private final Scheduler scheduler;
    private final Ids ids;
    private final BrokerConfigs brokerConfigs;
    private final TopicConfigs topicConfigs;
    private final TopicCreationRules rules;
    private final TopicRegistry topics = new TopicRegistry();
    private final MetadataPublisher publisher;
    private final PartitionOpener opener;
    /** Completes when each partition that the start found was opened, or failed to once. */
    private final CompletableFuture<Void> tried = new CompletableFuture<>();

    private final EventLog<MetadataState, ApiMessageAndVersion> events;
    private final MetadataWriter writer;
    private final UncleanShutdownFlag uncleanShutdown;
    private final ProducerIds producerIds;

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
        brokerConfigs = new BrokerConfigs(config.brokerKeys(), config.logDefaults());
        topicConfigs = new TopicConfigs(
                config.logDefaults(), config.batches(), config.topics().tiered());
        rules = new TopicCreationRules(config.nodeId(), config.topics(), topicConfigs);
        opener = new PartitionOpener(engine, clock, scheduler, this::publishOpened);
        TopicReconciler reconciler = new TopicReconciler(engine, opener, topicConfigs, topics);
        publisher = new MetadataPublisher(config.nodeId(), brokerConfigs, topicConfigs, reconciler, this::publishLater);
        publisher.applyBrokerConfigs(replayed.state());
        events = new EventLog<>(
                replayed.log(),
                new MetadataRecordCodec(clock),
                MetadataState::apply,
                replayed.state(),
                new PartitionCreator(engine, topicConfigs),
                publisher::publish,
                scheduler);
        writer = new MetadataWriter(events);
        uncleanShutdown = new UncleanShutdownFlag(config.nodeId(), engine, events);
        producerIds = new ProducerIdBlocks(() -> submit(new ReserveProducerIds(config.nodeId())));
    }

    /**
     * Replays the metadata, begins to open every partition of every topic, and finishes deletions a crash cut
     * short. At the first start on an empty storage makes the cluster's id.
     *
     * @param engine the open engine; must outlive this
     * @param config the node's id and rack, and the defaults of topics
     * @param clock stamps events
     * @param scheduler gives the writer its thread
     * @param ids makes topic ids and the cluster's id
     * @param clockAhead gets the ms by which the last run's clock was ahead, before anything is stamped
     * @return ready to serve
     * @throws MetadataException if the data is another node's, or has partitions but no metadata, or lacks
     *     partitions, or cannot be understood
     * @throws io.varve.core.spi.StorageException if the metadata cannot be read or written
     */
    public static ClusterMetadata open(
            LogEngine engine,
            MetadataConfig config,
            Clock clock,
            Scheduler scheduler,
            Ids ids,
            LongConsumer clockAhead) {
        MetadataLog.Replayed replayed = MetadataLog.replay(
                engine, new MetadataRecordCodec(clock), config.topics().tiered(), scheduler);
        MetadataLog.checkNode(replayed.state(), config.nodeId());
        clockAhead.accept(replayed.state().clockAheadMs());
        ClusterMetadata metadata = new ClusterMetadata(config, engine, replayed, clock, scheduler, ids);
        try {
            StorageReconciliation found = StorageReconciliation.compare(engine.stored(), replayed);
            found.requireNothingLost(config.losses(), engine.restoring(), engine.unidentified());
            found.tidy(engine);
            EventLog<MetadataState, ApiMessageAndVersion> events = metadata.events;
            events.submit(new BootstrapCluster(config.nodeId(), config.rack(), null, ids))
                    .join();
            metadata.uncleanShutdown.begin(
                    replayed, engine.restoring() ? replayed.state().partitions() : found.missing());
            if (engine.restoring()) {
                new PartitionCreator(engine, metadata.topicConfigs).makeAnew(found.missing(), events.state());
            }
            metadata.opener.begin();
            events.submit(metadata.publishing(MetadataState::topicIds)).join();
            metadata.awaitOpen();
        } catch (CompletionException | MetadataException e) {
            metadata.close();
            throw KafkaErrors.unwrap(e) instanceof RuntimeException cause ? cause : e;
        }
        return metadata;
    }

    /** @return 22 characters of base64 */
    public String clusterId() {
        return events.state().clusterId();
    }

    /** @return topics' settings: checks and describes them */
    public TopicConfigs topicConfigs() {
        return topicConfigs;
    }

    /** @return brokers' settings: checks and describes them */
    public BrokerConfigs brokerConfigs() {
        return brokerConfigs;
    }

    /** @return the own settings of anything but a topic, as clients set them */
    public Map<String, String> configs(ConfigResource resource) {
        return events.state().configs(resource);
    }

    /**
     * Calls a listener first for each broker, group and subscription of client metrics that has settings,
     * then for each change, as long as the server runs.
     *
     * @return completes when the listener was called for the resources that have settings now
     */
    public CompletableFuture<Void> addConfigListener(ConfigListener listener) {
        return listen(state -> publisher.addListener(listener, state));
    }

    /** Calls a listener with all access control entries, which completes the future, then for each change. */
    public CompletableFuture<Void> addAclListener(AclListener listener) {
        return listen(state -> publisher.addListener(listener, state));
    }

    private CompletableFuture<Void> listen(Consumer<MetadataState> begin) {
        return submit(state -> new Decision<>(List.of(), () -> {
            begin.accept(events.state());
            return null;
        }));
    }

    /** @return the node's id and rack, and the defaults of topics */
    public MetadataConfig config() {
        return config;
    }

    /** @return the source of producer ids */
    public ProducerIds producerIds() {
        return producerIds;
    }

    /** @return reads the metadata's state, and changes what this class has no method for */
    public MetadataWriter writer() {
        return writer;
    }

    @Override
    public Topic byName(String name) {
        return topics.byName(name);
    }

    @Override
    public Topic byId(Uuid id) {
        return topics.byId(id);
    }

    @Override
    public Collection<Topic> all() {
        return topics.all();
    }

    @Override
    public int size() {
        return topics.size();
    }

    @Override
    public void addListener(TopicListener listener) {
        topics.addListener(listener);
    }

    @Override
    public CompletableFuture<Topic> createIfAbsent(String name) {
        if (topics.byName(name) == null && ReservedTopics.contains(name)) {
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
     * Creates topics. Each is created or refused by itself.
     *
     * @param wanted the topics, names distinct
     * @param validateOnly true to decide and change nothing
     * @param quota gets the number of partitions of each topic, and refuses it by an exception of Kafka
     * @return completes, when the new topics are durable and served, with a result per topic in order
     */
    public CompletableFuture<List<TopicResult>> createTopics(
            List<NewTopic> wanted, boolean validateOnly, IntConsumer quota) {
        return submit(new CreateTopics(wanted, validateOnly, quota, rules, topics, ids));
    }

    /**
     * Deletes topics with all their records. Each is deleted or refused by itself.
     *
     * @param unwanted the topics as the client names them
     * @param quota as of {@link #createTopics}
     * @return completes, when the deletions are durable and the topics no longer served, with a result per
     *     topic in order
     */
    public CompletableFuture<List<TopicResult>> deleteTopics(List<TopicRef> unwanted, IntConsumer quota) {
        return submit(new DeleteTopics(unwanted, quota));
    }

    /**
     * Adds partitions to topics. Each topic grows or is refused by itself.
     *
     * @param wanted the topics and their new numbers of partitions, names distinct
     * @param validateOnly true to decide and change nothing
     * @param quota as of {@link #createTopics}
     * @return completes, when the new partitions are durable and served, with a result per topic in order
     */
    public CompletableFuture<List<TopicResult>> createPartitions(
            List<NewPartitions> wanted, boolean validateOnly, IntConsumer quota) {
        return submit(new CreatePartitions(wanted, validateOnly, quota, rules, topics));
    }

    /**
     * Changes settings. Each resource's change is made or refused by itself.
     *
     * @param changes the changes wanted, resources distinct
     * @param validateOnly true to decide and change nothing
     * @return completes, when the changes are durable and in force, with a result per resource in order
     */
    public CompletableFuture<List<ApiError>> alterConfigs(List<ConfigChange> changes, boolean validateOnly) {
        return submit(new AlterConfigs(changes, validateOnly, topicConfigs, brokerConfigs));
    }

    /**
     * Imports topics of another cluster, all of them or none: names, ids, settings and leader epochs stay.
     * Their partitions' logs may be in the engine already.
     *
     * @param imported the topics; their settings must be valid here
     * @param nextProducerId lowest producer id not given out there; none below it is given out here any more
     * @param acls access control entries of the other cluster, by their ids
     * @return completes when all is durable and served; fails with a Kafka
     *     {@link org.apache.kafka.common.errors.ApiException} that says why nothing was imported
     */
    public CompletableFuture<Void> importTopics(
            Collection<KraftTopic> imported, long nextProducerId, Map<Uuid, StandardAcl> acls) {
        return submit(new ImportTopics(List.copyOf(imported), nextProducerId, acls, config.nodeId()));
    }

    /** Notes by how many ms, 0 or more, the clock was moved; completes when the next start will find it. */
    public CompletableFuture<Void> moveClock(long aheadMs) {
        return submit(state -> new Decision<>(List.of(MetadataEvents.clockAhead(aheadMs)), () -> null));
    }

    /** @return completes when the changes submitted so far are durable and in force, or refused */
    public CompletableFuture<Void> processed() {
        return submit(state -> Decision.nothing(null));
    }

    /** Lets changes in progress finish and refuses later ones. Idempotent. The engine is closed later. */
    @Override
    public void close() {
        opener.close();
        uncleanShutdown.end();
        events.close();
    }

    private CompletableFuture<Topic> createIfAbsent(NewTopic wanted) {
        Topic present = topics.byName(wanted.name());
        return present != null
                ? CompletableFuture.completedFuture(present)
                : submit(new CreateTopicIfAbsent(wanted, rules, topics, ids));
    }

    private <R> CompletableFuture<R> submit(Command<MetadataState, ApiMessageAndVersion, R> command) {
        return writer.submit(command);
    }

    private void publishOpened() {
        events.submit(publishing(state -> opener.takeDone()));
    }

    /** Waits a short time for the partitions: clients that find one closed try again after a longer one. */
    private void awaitOpen() {
        try {
            tried.get(OPEN_WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.debug("Partitions are opened while clients are served");
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void publishLater(Collection<Uuid> failed) {
        scheduler.schedule(RETRY_MS, () -> events.submit(publishing(state -> failed)));
    }

    // The answer is computed by the writer between rounds, so the effects stay in order without being events.
    private Command<MetadataState, ApiMessageAndVersion, Void> publishing(
            Function<MetadataState, Collection<Uuid>> changed) {
        return decided -> new Decision<>(List.of(), () -> {
            publisher.publishTopics(changed.apply(decided), events.state());
            if (opener.isIdle()) {
                tried.complete(null);
            }
            return null;
        });
    }
}
