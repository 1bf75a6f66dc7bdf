// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.start;

import io.varve.core.engine.LogEngine;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.server.metadata.log.MetadataException;
import io.varve.server.metadata.log.MetadataLog;
import io.varve.server.metadata.log.MetadataState;
import io.varve.server.metadata.log.TopicIds;
import io.varve.server.metadata.topic.PartitionCreator;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.image.TopicImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the partitions that a start finds stored with those the metadata names, and deletes or sets aside
 * those that no topic has. A partition is created before its event is logged ({@link PartitionCreator}), so
 * a topic's partition that is not stored is lost.
 *
 * @param missing topics' partitions that are not stored, in order
 * @param deleted partitions of deleted topics that a crash has left
 * @param strays stored partitions that no topic has or had
 */
public record StorageReconciliation(List<PartitionId> missing, List<PartitionId> deleted, List<PartitionId> strays) {
    private static final Logger LOG = LoggerFactory.getLogger(StorageReconciliation.class);
    private static final int MAX_NAMED = 5;

    /**
     * @param stored the partitions that are stored
     * @param replayed the metadata
     * @return the differences; nothing has been changed
     */
    public static StorageReconciliation compare(Set<PartitionId> stored, MetadataLog.Replayed replayed) {
        List<PartitionId> missing = replayed.state().partitions().stream()
                .filter(id -> !stored.contains(id))
                .sorted(Comparator.comparing(PartitionId::topic).thenComparing(PartitionId::partition))
                .toList();
        List<PartitionId> unowned = stored.stream()
                .filter(id -> !id.equals(MetadataLog.PARTITION) && !isOwned(id, replayed.state()))
                .toList();
        return new StorageReconciliation(
                missing,
                unowned.stream()
                        .filter(id -> replayed.deleted().contains(id.topicId()))
                        .toList(),
                unowned.stream()
                        .filter(id -> !replayed.deleted().contains(id.topicId()))
                        .toList());
    }

    private static boolean isOwned(PartitionId id, MetadataState state) {
        TopicImage topic = state.topic(TopicIds.kafka(id.topicId()));
        return topic != null
                && topic.name().equals(id.topic())
                && topic.partitions().containsKey(id.partition());
    }

    /**
     * Refuses to go on without partitions. Those that a restored storage lacks were never copied to the
     * remote tier: nobody can bring them back, and their topics must be served.
     *
     * @param accepted what may be missing
     * @param restoring true if the storage is restored from a remote tier
     * @param unidentified what the storage found and could not identify, by partitions' names
     * @throws MetadataException if a partition is missing whose loss the user has not accepted; nothing has
     *     been changed then
     */
    public void requireNothingLost(AcceptedLosses accepted, boolean restoring, Map<String, String> unidentified) {
        if (restoring) {
            if (!missing.isEmpty()) {
                LOG.warn(
                        "This machine is restored from the remote tier. {} have nothing there, and are made anew, empty",
                        named(missing));
            }
            return;
        }
        List<PartitionId> lost =
                missing.stream().filter(id -> !accepted.acceptsMissing(id)).toList();
        if (lost.isEmpty()) {
            missing.forEach(id -> LOG.warn("{} is missing, and made anew, empty, as {} says", id, AcceptedLosses.KEY));
            return;
        }
        boolean many = lost.size() > MAX_NAMED;
        String damaged = lost.stream()
                .flatMap(id -> damaged(id, unidentified).stream())
                .limit(MAX_NAMED)
                .collect(Collectors.joining("; "));
        if (!damaged.isEmpty()) {
            throw new MetadataException(damaged);
        }
        throw new MetadataException(named(lost) + (lost.size() > 1 ? " are" : " is")
                + " not in log.dirs any more: bring back what is missing, such as a directory that is not mounted;"
                + " or, to go on without those records, start with --override " + AcceptedLosses.KEY + "="
                + (many ? "*" : words(lost, ",")) + ", and they are made anew, empty");
    }

    /** @return what is wrong with a missing partition that is there, but does not say so */
    private Optional<String> damaged(PartitionId id, Map<String, String> unidentified) {
        return Optional.ofNullable(unidentified.get(id.toString()))
                .map(problem -> problem + " " + TopicIds.kafka(id.topicId()))
                .or(() -> TopicIds.mistaken(id, strays));
    }

    private static String named(List<PartitionId> some) {
        int more = some.size() - MAX_NAMED;
        return words(some, ", ") + (more > 0 ? " and " + more + " more partitions" : "");
    }

    private static String words(List<PartitionId> some, String separator) {
        return some.stream().limit(MAX_NAMED).map(PartitionId::toString).collect(Collectors.joining(separator));
    }

    /** Finishes deletions that a crash cut short, and sets aside partitions that belong to no topic. */
    public void tidy(LogEngine engine) {
        Map<PartitionId, StorageException> refused = engine.deleteAll(deleted);
        for (PartitionId id : deleted) {
            if (refused.containsKey(id)) {
                LOG.error(
                        "{} belongs to a deleted topic but cannot be deleted: {}",
                        id,
                        refused.get(id).getMessage());
            } else {
                LOG.info("Deleted {}, left over from the deletion of its topic", id);
            }
        }
        for (PartitionId id : strays) {
            try {
                engine.setAside(id)
                        .ifPresentOrElse(
                                where -> LOG.warn(
                                        "{} (topic id {}) is stored but the metadata does not know it: kept, set aside as {}",
                                        id,
                                        id.topicId(),
                                        where),
                                () -> LOG.info("Deleted {}, left over from a creation that was cut short", id));
            } catch (StorageException e) {
                LOG.error(
                        "{} is stored but the metadata does not know it, and it cannot be set aside: {}",
                        id,
                        e.getMessage());
            }
        }
    }
}
