// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.log;

import io.varve.core.compaction.CompactionLimits;
import io.varve.core.engine.LogEngine;
import io.varve.core.event.EventReplay;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.retention.Hold;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.retention.TierLimits;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.Tiering;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.UserScramCredentialRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/** Replays the metadata's events at a start. Stateless. */
public final class MetadataLog {
    /** The partition that holds the events. */
    public static final PartitionId PARTITION =
            new PartitionId(Topic.CLUSTER_METADATA_TOPIC_NAME, TopicIds.java(Uuid.METADATA_TOPIC_ID), 0);

    // A command is one batch: this is many times what the largest request (10,000 partitions) takes.
    private static final int MAX_BATCH_BYTES = 64 << 20;

    private static final TierLimits COPIED =
            new TierLimits(Tiering.COPY, RetentionLimits.UNLIMITED, RetentionLimits.UNLIMITED);
    /** Pins every event: a tier that gives up records on a full disk must keep these. */
    private static final List<Hold> PINNED = List.of(new Hold("metadata", 0, Long.MAX_VALUE));

    /**
     * The result of a replay.
     *
     * @param log the log that holds the events
     * @param state the state they fold into
     * @param deleted ids of every topic that was ever deleted
     */
    public record Replayed(PartitionLog log, MetadataState state, Set<UUID> deleted) {}

    private MetadataLog() {}

    /**
     * Opens the log and replays all its events.
     *
     * @param engine the open engine
     * @param codec decodes the events
     * @param tiered true if the storage backend has a remote tier: the events are copied there, and stay here
     * @param scheduler waits for the log's end to be durable
     * @return the log and the state that the events fold into
     * @throws MetadataException if there are partitions but no metadata, or an event does not fit those
     *     before it
     */
    public static Replayed replay(LogEngine engine, MetadataRecordCodec codec, boolean tiered, Scheduler scheduler) {
        Set<PartitionId> stored = engine.stored();
        if (!stored.contains(PARTITION)) {
            String problem = engine.unidentified().get(PARTITION.toString());
            if (problem != null) {
                throw new MetadataException(problem + " " + Uuid.METADATA_TOPIC_ID);
            }
            TopicIds.mistaken(PARTITION, stored).ifPresent(mistake -> {
                throw new MetadataException(mistake);
            });
            checkEmpty(stored, "");
        }
        PartitionConfig config = new PartitionConfig(
                SegmentLimits.DEFAULT, MAX_BATCH_BYTES, false, Long.MAX_VALUE, Long.MAX_VALUE, CompactionLimits.NONE);
        config = tiered ? config.with(config.retention().withHolds(PINNED)).with(COPIED) : config;
        PartitionLog log = engine.open(PARTITION, 0, config);
        if (log.logEndOffset() == 0) {
            checkEmpty(stored, where(log));
        }
        MetadataDelta delta = MetadataState.blank();
        Set<UUID> deleted = new HashSet<>();
        try {
            EventReplay.replay(
                    log,
                    codec,
                    (events, nextOffset) -> events.forEach(event -> replay(event, nextOffset, delta, deleted)),
                    scheduler);
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.CORRUPT) {
                throw unusable(log, e);
            }
            throw e;
        } catch (MetadataException e) {
            throw unusable(log, e);
        }
        return new Replayed(log, MetadataState.of(delta, log.logEndOffset()), deleted);
    }

    private static void replay(ApiMessageAndVersion event, long nextOffset, MetadataDelta delta, Set<UUID> deleted) {
        if (event.message() instanceof RemoveTopicRecord removed) {
            deleted.add(TopicIds.java(removed.topicId()));
        }
        try {
            delta.replay(event.message());
        } catch (RuntimeException e) {
            throw new MetadataException(
                    "the metadata event " + shown(event) + " below offset " + nextOffset
                            + " does not fit those before it",
                    e);
        }
    }

    /** Leaves out what must not be in a log: keys of credentials. */
    private static String shown(ApiMessageAndVersion event) {
        return event.message() instanceof UserScramCredentialRecord credential
                ? "UserScramCredentialRecord(name=" + credential.name() + ")"
                : event.toString();
    }

    private static MetadataException unusable(PartitionLog log, RuntimeException why) {
        return new MetadataException(
                PARTITION + where(log) + " cannot be read, and without it the other partitions cannot be identified: "
                        + plain(why) + ". Bring " + PARTITION
                        + " back from a backup; bin/varve-scrub.sh tells whether other files are damaged",
                why);
    }

    private static String where(PartitionLog log) {
        return log.directory().map(directory -> " in " + directory).orElse("");
    }

    private static String plain(RuntimeException e) {
        return e instanceof StorageException storage ? storage.reason() : e.getMessage();
    }

    /** @throws MetadataException if the data was written by another node */
    public static void checkNode(MetadataState state, int nodeId) {
        for (int owner : state.image().cluster().brokers().keySet()) {
            if (owner != nodeId) {
                throw new MetadataException(
                        "node.id is " + nodeId + ", but the data in log.dirs was written by node.id " + owner
                                + ": set node.id=" + owner + " or name another directory");
            }
        }
    }

    private static void checkEmpty(Set<PartitionId> stored, String where) {
        Set<PartitionId> others = new HashSet<>(stored);
        others.remove(PARTITION);
        if (!others.isEmpty()) {
            throw new MetadataException("log.dirs holds " + others.size() + " partitions ("
                    + others.iterator().next()
                    + " for one) but no metadata: " + PARTITION
                    + where + " is missing or empty; bring it back, or name an empty directory");
        }
    }
}
