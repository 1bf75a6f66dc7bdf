// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.core.compaction.CompactionLimits;
import io.varve.core.engine.LogEngine;
import io.varve.core.event.EventLog;
import io.varve.core.log.PartitionConfig;
import io.varve.core.log.PartitionLog;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The start: reads the metadata's events and compares them with what is stored. Stateless. */
final class MetadataLog {
    /** Where the events are. */
    static final PartitionId PARTITION =
            new PartitionId(Topic.CLUSTER_METADATA_TOPIC_NAME, ServedTopics.java(Uuid.METADATA_TOPIC_ID), 0);

    private static final Logger LOG = LoggerFactory.getLogger(MetadataLog.class);
    // A command is one batch: room for the largest request (10,000 partitions) many times over.
    private static final int MAX_BATCH_BYTES = 64 << 20;
    private static final int MISSING_NAMED = 5;

    /**
     * What a replay gave.
     *
     * @param log where the events are
     * @param catalog the state they fold into
     * @param deleted ids of every topic that was ever deleted
     */
    record Replayed(PartitionLog log, Catalog catalog, Set<UUID> deleted) {}

    private MetadataLog() {}

    /** @throws MetadataException if there are partitions but no metadata, or an event makes no sense */
    static Replayed replay(LogEngine engine, MetadataRecords codec) {
        Set<PartitionId> stored = engine.stored();
        if (!stored.contains(PARTITION)) {
            checkEmpty(stored);
        }
        PartitionConfig config = new PartitionConfig(
                SegmentLimits.DEFAULT, MAX_BATCH_BYTES, false, Long.MAX_VALUE, Long.MAX_VALUE, CompactionLimits.NONE);
        PartitionLog log = engine.open(PARTITION, 0, config);
        if (log.logEndOffset() == 0) {
            checkEmpty(stored);
        }
        MetadataDelta delta = Catalog.blank();
        Set<UUID> deleted = new HashSet<>();
        try {
            EventLog.replay(
                    log,
                    codec,
                    (events, nextOffset) -> events.forEach(event -> replay(event, nextOffset, delta, deleted)));
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.CORRUPT) {
                throw unusable(log, e);
            }
            throw e;
        } catch (MetadataException e) {
            throw unusable(log, e);
        }
        return new Replayed(log, Catalog.of(delta, log.logEndOffset()), deleted);
    }

    private static void replay(ApiMessageAndVersion event, long nextOffset, MetadataDelta delta, Set<UUID> deleted) {
        if (event.message() instanceof RemoveTopicRecord removed) {
            deleted.add(ServedTopics.java(removed.topicId()));
        }
        try {
            delta.replay(event.message());
        } catch (RuntimeException e) {
            throw new MetadataException(
                    "the metadata event " + event + " below offset " + nextOffset + " does not fit those before it", e);
        }
    }

    private static MetadataException unusable(PartitionLog log, RuntimeException why) {
        String where =
                log.store().directory().map(directory -> " in " + directory).orElse("");
        return new MetadataException(
                PARTITION + where + " cannot be read, and without it nobody knows what the other partitions are: "
                        + plain(why) + ". Bring " + PARTITION
                        + " back from a backup; bin/varve-scrub.sh tells whether other files are damaged",
                why);
    }

    private static String plain(RuntimeException e) {
        String message = e.getMessage();
        return e instanceof StorageException storage
                ? message.substring(storage.kind().toString().length() + 2)
                : message;
    }

    /** @throws MetadataException if the data was written by another node */
    static void checkNode(Catalog catalog, int nodeId) {
        for (int owner : catalog.image().cluster().brokers().keySet()) {
            if (owner != nodeId) {
                throw new MetadataException(
                        "node.id is " + nodeId + ", but the data in log.dirs was written by node.id " + owner
                                + ": set node.id=" + owner + " or name another directory");
            }
        }
    }

    /**
     * Finishes deletions that a crash cut short. A partition whose topic the metadata never knew is kept: better waste space than destroy
     * what somebody may still want.
     */
    static void deleteLeftOvers(LogEngine engine, Replayed replayed) {
        for (PartitionId id : engine.stored()) {
            if (id.equals(PARTITION) || isOwned(id, replayed.catalog())) {
                continue;
            }
            if (replayed.deleted().contains(id.topicId())) {
                try {
                    engine.delete(id);
                    LOG.info("Deleted {}, left over from the deletion of its topic", id);
                } catch (StorageException e) {
                    LOG.error("{} belongs to a deleted topic but cannot be deleted: {}", id, e.getMessage());
                }
            } else {
                LOG.warn("{} is stored but the metadata does not know it; keeping it, not serving it", id);
            }
        }
    }

    /**
     * Tells of partitions that topics have and the storage has not: nothing else would, for they are made anew. After a crash it may be one
     * that had not been made yet; most likely a data directory is not what it was.
     */
    static void reportMissing(LogEngine engine, Replayed replayed) {
        Set<PartitionId> stored = engine.stored();
        List<PartitionId> missing = new ArrayList<>();
        for (TopicImage topic : replayed.catalog().image().topics().topicsById().values()) {
            for (int partition : topic.partitions().keySet()) {
                PartitionId id = ServedTopics.partition(topic, partition);
                if (!stored.contains(id)) {
                    missing.add(id);
                }
            }
        }
        if (!missing.isEmpty()) {
            String named = missing.stream()
                    .limit(MISSING_NAMED)
                    .map(PartitionId::toString)
                    .collect(Collectors.joining(", "));
            LOG.error(
                    "{}{} not in log.dirs and will be empty: bring back what was there before anything is written, if a directory was"
                            + " moved or not mounted",
                    named,
                    missing.size() > MISSING_NAMED
                            ? " and " + (missing.size() - MISSING_NAMED) + " more partitions are"
                            : missing.size() > 1 ? " are" : " is");
        }
    }

    private static boolean isOwned(PartitionId id, Catalog catalog) {
        var topic = catalog.topic(
                new Uuid(id.topicId().getMostSignificantBits(), id.topicId().getLeastSignificantBits()));
        return topic != null && topic.partitions().containsKey(id.partition());
    }

    private static void checkEmpty(Set<PartitionId> stored) {
        Set<PartitionId> others = new HashSet<>(stored);
        others.remove(PARTITION);
        if (!others.isEmpty()) {
            throw new MetadataException("log.dirs holds " + others.size() + " partitions ("
                    + others.iterator().next()
                    + " for one) but no metadata: " + PARTITION.topic()
                    + " is missing or empty; bring it back, or name an empty directory");
        }
    }
}
