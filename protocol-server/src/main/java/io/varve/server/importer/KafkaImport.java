// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.acl.AclBounds;
import io.varve.server.metadata.kraft.KraftTopic;
import io.varve.server.metadata.log.TopicIds;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.metadata.authorizer.StandardAcl;

/**
 * Imports a stopped Kafka: first all records, durably, then all topics in one batch of metadata events. A
 * crash in between leaves unowned partitions, which are not served and are replaced by the next attempt.
 */
public final class KafkaImport {
    private static final long PROGRESS_NANOS = 2_000_000_000L;

    private final LogEngine engine;
    private final ClusterMetadata metadata;
    private final Clock clock;
    private final Consumer<String> progress;
    private final Set<PartitionId> begun = new HashSet<>();
    private long totalBytes;
    private long copiedBytes;
    private long reportedNanos;

    /**
     * @param engine where records are copied to; its appends must be durable before they are visible
     *     ({@code log.durability=sync})
     * @param metadata of the same engine
     * @param clock paces the progress lines
     * @param progress gets a line every two seconds
     */
    public KafkaImport(LogEngine engine, ClusterMetadata metadata, Clock clock, Consumer<String> progress) {
        this.engine = engine;
        this.metadata = metadata;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Imports everything, or nothing.
     *
     * @param source the stopped Kafka
     * @throws ImportException if a topic exists here already, a batch of the source is damaged, or its access
     *     control entries are more than are kept here
     * @throws StorageException if the records cannot be stored
     */
    public void run(KafkaSource source) {
        source.topics().forEach(this::checkFits);
        checkFit(source.acls().values());
        removeLeftOvers(source);
        source.topics().forEach(topic -> topic.partitions().forEach(partition -> totalBytes += partition.bytes()));
        reportedNanos = clock.nanos();
        try {
            List<KraftTopic> topics = new ArrayList<>();
            for (SourceTopic topic : source.topics()) {
                KraftTopic next = topic.underNextLeader();
                copy(topic, next);
                topics.add(next);
            }
            source.requireUntouched();
            metadata.importTopics(topics, source.nextProducerId(), source.acls())
                    .join();
        } catch (RuntimeException e) {
            begun.forEach(this::deleteCopied);
            throw e instanceof CompletionException && e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void checkFits(SourceTopic source) {
        KraftTopic topic = source.topic();
        if (metadata.byName(topic.name()) != null || metadata.byId(topic.id()) != null) {
            throw new ImportException("topic " + topic.name() + " (" + topic.id() + ") is there already:"
                    + " delete it, name another directory to import into, or leave it out with --exclude");
        }
        try {
            metadata.topicConfigs().validate(Map.of(), topic.configs());
        } catch (ApiException e) {
            throw new ImportException(
                    "topic " + topic.name() + " has a setting that is not possible here: " + e.getMessage());
        }
    }

    private void checkFit(Collection<StandardAcl> acls) {
        try {
            AclBounds.requireWithin(metadata.writer().state().acls().values(), acls);
        } catch (ApiException e) {
            throw new ImportException("the " + acls.size() + " access control entries cannot be kept here: "
                    + e.getMessage() + "; delete some of them in Kafka first");
        }
    }

    /** Deletes what an interrupted attempt has copied. */
    private void removeLeftOvers(KafkaSource source) {
        Set<UUID> ids = new HashSet<>();
        source.topics().forEach(topic -> ids.add(TopicIds.java(topic.topic().id())));
        engine.stored().stream().filter(id -> ids.contains(id.topicId())).forEach(engine::delete);
    }

    private void copy(SourceTopic source, KraftTopic topic) {
        // Records that are too old are deleted when the server runs, and not while they are copied.
        PartitionConfig config =
                metadata.topicConfigs().partitionConfig(topic.configs()).with(RetentionLimits.KEEP);
        for (int p = 0; p < topic.partitions().size(); p++) {
            PartitionId id = new PartitionId(topic.name(), TopicIds.java(topic.id()), p);
            begun.add(id);
            PartitionLog log = engine.open(id, topic.partitions().get(p).leaderEpoch(), config);
            new PartitionCopier(source.partitions().get(p), log, added -> reportProgress(id, added)).run();
        }
    }

    private void reportProgress(PartitionId id, long added) {
        copiedBytes += added;
        long now = clock.nanos();
        if (now - reportedNanos >= PROGRESS_NANOS) {
            reportedNanos = now;
            progress.accept(String.format(
                    "%s: %s of %s copied (%d %%)",
                    id,
                    ImportSummary.bytes(copiedBytes),
                    ImportSummary.bytes(totalBytes),
                    copiedBytes * 100 / Math.max(1, totalBytes)));
        }
    }

    private void deleteCopied(PartitionId id) {
        try {
            engine.delete(id);
        } catch (StorageException e) {
            progress.accept(id + " could not be removed (" + e.getMessage() + "); it is not served");
        }
    }
}
