// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import io.varve.server.metadata.config.TopicConfigs;
import io.varve.server.metadata.kraft.KraftMetadata;
import io.varve.server.metadata.kraft.KraftTopic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.metadata.authorizer.StandardAcl;

/**
 * Reads and checks the log directories of a stopped Kafka, and chooses what is imported. Nothing is written
 * there.
 */
public final class KafkaSource implements AutoCloseable {
    private static final String REMOTE = "remote.storage.enable";
    /** Topics with the state of coordinators that are not imported. */
    private static final Set<String> NOT_IMPORTED =
            Set.of(Topic.TRANSACTION_STATE_TOPIC_NAME, Topic.SHARE_GROUP_STATE_TOPIC_NAME, "__remote_log_metadata");

    private final ImportConfig config;
    private final List<KafkaLogDirectory> directories = new ArrayList<>();
    private final List<SourceTopic> topics = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private long nextProducerId;
    private Map<Uuid, StandardAcl> acls = Map.of();

    private KafkaSource(ImportConfig config) {
        this.config = config;
    }

    /**
     * Reads and checks the source, so that an import is refused before anything is written.
     *
     * @param config the choice of what is imported
     * @return the source; where Kafka left a lock file, it is locked, and Kafka cannot start
     * @throws ImportException if it is in use, was not closed properly, is incomplete, or holds what cannot
     *     be imported
     * @throws io.varve.server.metadata.log.MetadataException if its metadata cannot be understood
     */
    public static KafkaSource open(ImportConfig config) {
        KafkaSource source = new KafkaSource(config);
        try {
            config.from().forEach(path -> source.directories.add(KafkaLogDirectory.open(path)));
            source.checkOneNode();
            source.choose(KraftMetadata.read(source.metadata()));
            return source;
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private void checkOneNode() {
        KafkaLogDirectory first = directories.get(0);
        for (KafkaLogDirectory other : directories) {
            if (!other.clusterId().equals(first.clusterId()) || !other.nodeId().equals(first.nodeId())) {
                throw new ImportException(other.path() + " is of node " + other.nodeId() + " of cluster "
                        + other.clusterId() + ", " + first.path() + " of node " + first.nodeId() + " of cluster "
                        + first.clusterId() + ": all --from must be log.dirs of one Kafka");
            }
        }
    }

    private Path metadata() {
        List<Path> found = directories.stream()
                .map(KafkaLogDirectory::metadata)
                .flatMap(Optional::stream)
                .toList();
        if (found.size() != 1) {
            throw new ImportException(
                    found.isEmpty()
                            ? "none of the directories given holds " + Topic.CLUSTER_METADATA_TOPIC_NAME
                                    + "-0: name that of metadata.log.dir too, with another --from"
                            : Topic.CLUSTER_METADATA_TOPIC_NAME + "-0 is in more than one of the directories given: "
                                    + found);
        }
        return found.get(0);
    }

    private void choose(KraftMetadata metadata) {
        nextProducerId = metadata.nextProducerId();
        acls = metadata.acls();
        leftOut.addAll(metadata.leftOut());
        Set<String> known = new HashSet<>();
        Set<String> unknown = new TreeSet<>(config.exclude());
        for (KraftTopic topic : metadata.topics()) {
            for (int p = 0; p < topic.partitions().size(); p++) {
                known.add(topic.name() + "-" + p);
            }
            unknown.remove(topic.name());
            if (config.exclude().contains(topic.name())) {
                leftOut.add("topic " + topic.name() + ", as told");
            } else if (NOT_IMPORTED.contains(topic.name())) {
                leftOut.add("topic " + topic.name() + ", the state of a coordinator, which is not imported");
            } else {
                topics.add(read(topic));
            }
        }
        if (!unknown.isEmpty()) {
            throw new ImportException("--exclude " + unknown.iterator().next() + ": Kafka has no topic of that name");
        }
        for (KafkaLogDirectory directory : directories) {
            for (String partition : directory.partitions()) {
                if (!known.contains(partition)) {
                    leftOut.add("directory " + directory.path().resolve(partition) + ", of no topic there is");
                }
            }
        }
    }

    private SourceTopic read(KraftTopic topic) {
        if (Boolean.parseBoolean(topic.configs().get(REMOTE))) {
            throw new ImportException("topic " + topic.name() + " has " + REMOTE
                    + "=true: its older records are not in these directories; leave it out with --exclude");
        }
        List<SourcePartition> partitions = new ArrayList<>();
        for (int p = 0; p < topic.partitions().size(); p++) {
            SourcePartition partition = SourcePartition.of(find(topic, p), config.abortUndecided());
            partition.transactions().undecided().forEach((producer, first) -> refuse(partition.log(), producer, first));
            partitions.add(partition);
        }
        return new SourceTopic(withoutUnknownSettings(topic), partitions);
    }

    private KafkaPartitionLog find(KraftTopic topic, int number) {
        String name = topic.name() + "-" + number;
        List<KafkaPartitionLog> found = directories.stream()
                .map(directory -> directory.log(name, topic.id()))
                .flatMap(Optional::stream)
                .toList();
        int node = Integer.parseInt(directories.get(0).nodeId());
        KraftTopic.Partition partition = topic.partitions().get(number);
        if (found.size() != 1) {
            throw new ImportException("partition " + name + " is in " + found.size() + " of the directories given"
                    + (partition.replicas().contains(node)
                            ? ": name every directory of log.dirs, each with a --from"
                            : ", for this node has no copy of it: leave the topic out with --exclude"));
        }
        if (!partition.complete().contains(node)) {
            throw new ImportException(found.get(0).directory() + " is not complete: node " + node
                    + " may lack records its leader has; take the directories of one of " + partition.complete()
                    + ", or leave the topic out with --exclude");
        }
        return found.get(0);
    }

    private static void refuse(KafkaPartitionLog log, long producer, long first) {
        throw new ImportException(
                log.directory() + " has a transaction of producer " + producer + " from offset " + first
                        + " on that has no end: start Kafka once more until it is finished or timed out, or give --abort-undecided");
    }

    /** Leaves out settings that are unknown here, such as those of older Kafkas. */
    private KraftTopic withoutUnknownSettings(KraftTopic topic) {
        Map<String, String> configs = new HashMap<>(topic.configs());
        configs.keySet().removeIf(key -> {
            boolean unknown = TopicConfigs.definition(key) == null;
            if (unknown) {
                leftOut.add("setting " + key + " of topic " + topic.name() + ", which is unknown here");
            }
            return unknown;
        });
        return new KraftTopic(topic.name(), topic.id(), configs, topic.partitions());
    }

    List<SourceTopic> topics() {
        return topics;
    }

    long nextProducerId() {
        return nextProducerId;
    }

    /** @return the access control entries of the cluster, by their ids */
    Map<Uuid, StandardAcl> acls() {
        return acls;
    }

    /** @return what is not imported and why, a text for each */
    public List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    /** @throws ImportException if Kafka was started since this was opened */
    void requireUntouched() {
        directories.forEach(KafkaLogDirectory::requireUntouched);
    }

    @Override
    public void close() {
        directories.forEach(KafkaLogDirectory::close);
    }
}
