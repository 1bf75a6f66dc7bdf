// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.kraft;

import io.varve.core.runtime.Clock;
import io.varve.server.metadata.log.MetadataException;
import io.varve.server.metadata.log.MetadataRecordCodec;
import io.varve.server.metadata.log.MetadataState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.AbortTransactionRecord;
import org.apache.kafka.common.metadata.BeginTransactionRecord;
import org.apache.kafka.common.metadata.EndTransactionRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * The metadata of an Apache Kafka cluster (KRaft), read from the newest snapshot in its
 * {@code __cluster_metadata-0} and the events after it. Nothing is written there.
 *
 * @param topics its topics, by name
 * @param nextProducerId lowest producer id it has not given out
 * @param acls its access control entries, by their ids
 * @param leftOut what the cluster has and this server does not serve, a text for each kind; often empty
 */
public record KraftMetadata(
        Collection<KraftTopic> topics, long nextProducerId, Map<Uuid, StandardAcl> acls, List<String> leftOut) {
    private static final Pattern SNAPSHOT = Pattern.compile("(\\d{20})-(\\d{10})\\.checkpoint");
    private static final Pattern SEGMENT = Pattern.compile("(\\d{20})\\.log");

    /** Copies the collections. */
    public KraftMetadata {
        topics = List.copyOf(topics);
        acls = Map.copyOf(acls);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * @param directory {@code __cluster_metadata-0} of a Kafka that is not running
     * @return the cluster's metadata
     * @throws MetadataException if it cannot be read or understood
     */
    public static KraftMetadata read(Path directory) {
        Replay replay = new Replay();
        long next = 0;
        Optional<Path> snapshot = files(directory, SNAPSHOT)
                .max(Comparator.comparing(file -> name(file, SNAPSHOT).group()));
        if (snapshot.isPresent()) {
            replay.file(snapshot.get(), 0);
            next = Long.parseLong(name(snapshot.get(), SNAPSHOT).group(1));
        }
        List<Path> segments = files(directory, SEGMENT).sorted().toList();
        if (!segments.isEmpty() && base(segments.get(0)) > next) {
            throw new MetadataException(directory + ": the events from offset " + next + " to " + base(segments.get(0))
                    + " are missing, and no snapshot has them");
        }
        for (Path segment : segments) {
            next = Math.max(next, replay.file(segment, next));
        }
        return of(MetadataState.of(replay.delta, next).image());
    }

    private static Stream<Path> files(Path directory, Pattern pattern) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> name(file, pattern).matches()).toList().stream();
        } catch (IOException e) {
            throw new MetadataException(directory + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static Matcher name(Path file, Pattern pattern) {
        Matcher matcher = pattern.matcher(file.getFileName().toString());
        matcher.matches();
        return matcher;
    }

    private static long base(Path segment) {
        return Long.parseLong(name(segment, SEGMENT).group(1));
    }

    private static KraftMetadata of(MetadataImage image) {
        Map<String, KraftTopic> topics = new TreeMap<>();
        for (TopicImage topic : image.topics().topicsByName().values()) {
            Map<String, String> configs =
                    image.configs().configMapForResource(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()));
            List<KraftTopic.Partition> partitions = new ArrayList<>();
            for (int p = 0; p < topic.partitions().size(); p++) {
                partitions.add(partition(topic, p));
            }
            topics.put(topic.name(), new KraftTopic(topic.name(), topic.id(), configs, partitions));
        }
        return new KraftMetadata(
                topics.values(),
                Math.max(0, image.producerIds().nextProducerId()),
                image.acls().acls(),
                leftOut(image));
    }

    private static KraftTopic.Partition partition(TopicImage topic, int number) {
        PartitionRegistration partition = topic.partitions().get(number);
        if (partition == null) {
            throw new MetadataException("topic " + topic.name() + " has "
                    + topic.partitions().size() + " partitions, but none with number " + number);
        }
        // A node that stops leaves the in-sync replicas; if it was among the last, it stays eligible to lead
        // (KIP-966).
        Set<Integer> complete = set(partition.isr);
        complete.addAll(set(partition.elr));
        complete.addAll(set(partition.lastKnownElr));
        return new KraftTopic.Partition(partition.leaderEpoch, set(partition.replicas), complete);
    }

    private static Set<Integer> set(int... nodes) {
        return IntStream.of(nodes).boxed().collect(Collectors.toCollection(HashSet::new));
    }

    private static List<String> leftOut(MetadataImage image) {
        Map<String, Integer> counts = new HashMap<>();
        counts.put(
                "SCRAM credentials",
                image.scram().mechanisms().values().stream().mapToInt(Map::size).sum());
        counts.put("quotas", image.clientQuotas().entities().size());
        counts.put("delegation tokens", image.delegationTokens().tokens().size());
        image.configs().resourceData().forEach((resource, settings) -> {
            if (resource.type() != ConfigResource.Type.TOPIC) {
                counts.merge(
                        "settings of " + of(resource.type()), settings.toMap().size(), Integer::sum);
            }
        });
        return counts.entrySet().stream()
                .filter(count -> count.getValue() > 0)
                .map(count -> count.getValue() + " " + count.getKey())
                .sorted()
                .toList();
    }

    private static String of(ConfigResource.Type type) {
        return type.name().toLowerCase(Locale.ROOT).replace('_', ' ') + "s";
    }

    /** Replays files. Leaves out the events of an unfinished metadata transaction (KIP-868). */
    private static final class Replay {
        private final MetadataDelta delta = MetadataState.blank();
        private final MetadataRecordCodec codec = new MetadataRecordCodec(Clock.system());
        private List<ApiMessage> transaction;
        private long next;

        /** @return offset after the file's last event */
        long file(Path file, long from) {
            next = from;
            try (FileChannel channel = FileChannel.open(file)) {
                ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
                codec.decode(bytes, (events, nextOffset) -> {
                    long offset = nextOffset - events.size();
                    for (ApiMessageAndVersion event : events) {
                        if (offset++ >= from) {
                            replay(event.message());
                        }
                    }
                    next = nextOffset;
                });
            } catch (IOException | KafkaException e) {
                throw new MetadataException(file + " cannot be read: " + e.getMessage(), e);
            } catch (MetadataException e) {
                throw new MetadataException(file + ": " + e.getMessage(), e);
            }
            return next;
        }

        private void replay(ApiMessage event) {
            if (event instanceof BeginTransactionRecord) {
                transaction = new ArrayList<>();
            } else if (event instanceof EndTransactionRecord && transaction != null) {
                transaction.forEach(this::apply);
                transaction = null;
            } else if (event instanceof AbortTransactionRecord) {
                transaction = null;
            } else if (transaction != null) {
                transaction.add(event);
            } else {
                apply(event);
            }
        }

        private void apply(ApiMessage event) {
            try {
                delta.replay(event);
            } catch (RuntimeException e) {
                throw new MetadataException(
                        "an event does not fit those before it, or is of a newer Kafka: " + event, e);
            }
        }
    }
}
