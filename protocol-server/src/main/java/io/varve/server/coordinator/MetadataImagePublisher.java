// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.core.runtime.Clock;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.metadata.topic.Topic;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.common.ShareVersion;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * Publishes Varve's topics to a coordinator as Kafka's metadata images, by which the coordinator assigns
 * partitions and drops what it keeps of deleted topics. Not thread-safe: calls must not overlap.
 */
public final class MetadataImagePublisher {
    /** Receives a change and the image after it; may block while the state of deleted topics is dropped. */
    @FunctionalInterface
    public interface Sink {
        /**
         * @param delta the change
         * @param image the topics after it
         */
        void accept(MetadataDelta delta, MetadataImage image);
    }

    private final int nodeId;
    private final String rack;
    private final Clock clock;
    private final Sink sink;
    private MetadataImage image = MetadataImage.EMPTY;
    private long version;

    /**
     * @param self this broker, which leads every partition
     * @param clock stamps the images
     * @param sink receives each change
     */
    public MetadataImagePublisher(ClusterInfo self, Clock clock, Sink sink) {
        this.nodeId = self.nodeId();
        this.rack = self.rack();
        this.clock = clock;
        this.sink = sink;
    }

    /**
     * Publishes the first image: one broker and the existing topics.
     *
     * @param topics the topics before the first call of {@link #changed}
     */
    public void begin(Collection<Topic> topics) {
        MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
        delta.replay(new FeatureLevelRecord()
                .setName(MetadataVersion.FEATURE_NAME)
                .setFeatureLevel(MetadataVersion.latestProduction().featureLevel()));
        delta.replay(new FeatureLevelRecord()
                .setName(TransactionVersion.FEATURE_NAME)
                .setFeatureLevel(TransactionVersion.TV_2.featureLevel()));
        delta.replay(new FeatureLevelRecord()
                .setName(ShareVersion.FEATURE_NAME)
                .setFeatureLevel(ShareVersion.SV_1.featureLevel()));
        delta.replay(new RegisterBrokerRecord()
                .setBrokerId(nodeId)
                .setBrokerEpoch(1)
                .setIncarnationId(Uuid.ONE_UUID)
                .setRack(rack)
                .setFenced(false)
                .setLogDirs(List.of(Uuid.ONE_UUID)));
        topics.forEach(topic -> put(delta, topic));
        publish(delta);
    }

    /**
     * Publishes a change of a topic. For a deleted one, blocks until all partitions are loaded and what the
     * coordinator keeps of the topic is dropped.
     *
     * @param before the topic before the change; null if it is new
     * @param after the topic after the change; null if it is deleted
     * @param loading the coordinator's start
     */
    public void changed(Topic before, Topic after, LoadProgress loading) {
        if (after != null) {
            put(after);
        } else {
            loading.awaitAll();
            remove(before);
        }
    }

    /** Publishes a topic if it is new or has new partitions. */
    private void put(Topic topic) {
        if (known(topic) < topic.count()) {
            MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
            put(delta, topic);
            publish(delta);
        }
    }

    /** Publishes a deletion, by which the coordinator drops what it keeps of the topic. */
    private void remove(Topic topic) {
        if (known(topic) > 0) {
            MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
            delta.replay(new RemoveTopicRecord().setTopicId(topic.id()));
            publish(delta);
        }
    }

    /**
     * Drops what the coordinator keeps of topics that were in no image. The coordinator looks up a deleted
     * topic in the image that the delta is based on, so that image is given the topics.
     *
     * @param gone names by id
     */
    public void forget(Map<Uuid, String> gone) {
        if (gone.isEmpty()) {
            return;
        }
        MetadataDelta made = new MetadataDelta.Builder().setImage(image).build();
        gone.forEach((id, name) -> made.replay(new TopicRecord().setName(name).setTopicId(id)));
        MetadataDelta deleted = new MetadataDelta.Builder()
                .setImage(made.apply(image.provenance()))
                .build();
        gone.keySet().forEach(id -> deleted.replay(new RemoveTopicRecord().setTopicId(id)));
        sink.accept(deleted, image);
    }

    private void put(MetadataDelta delta, Topic topic) {
        int known = known(topic);
        if (known == 0) {
            delta.replay(new TopicRecord().setName(topic.name()).setTopicId(topic.id()));
        }
        List<Integer> self = List.of(nodeId);
        for (int partition = known; partition < topic.count(); partition++) {
            delta.replay(new PartitionRecord()
                    .setTopicId(topic.id())
                    .setPartitionId(partition)
                    .setReplicas(self)
                    .setIsr(self)
                    .setLeader(nodeId)
                    .setLeaderEpoch(0)
                    .setPartitionEpoch(0)
                    .setDirectories(List.of(Uuid.ONE_UUID)));
        }
    }

    /** @return number of the topic's partitions in the image, 0 if the topic is not in it */
    private int known(Topic topic) {
        TopicImage shown = image.topics().getTopic(topic.id());
        return shown == null ? 0 : shown.partitions().size();
    }

    private void publish(MetadataDelta delta) {
        version++;
        image = delta.apply(new MetadataProvenance(version, 1, clock.millis(), true));
        sink.accept(delta, image);
    }
}
