// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metrics;

import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Metric;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what topics hold, from their logs. Thread-safe. */
public final class TopicReadings implements Consumer<Readings> {
    private static final Logger LOG = LoggerFactory.getLogger(TopicReadings.class);
    private static final Metric TOPICS = Metric.gauge("varve_topics", "Topics, internal ones included.");
    private static final Metric CLOSED = Metric.gauge(
            "varve_partitions_not_open", "Partitions that clients cannot use, because they are not open yet.");
    private static final Metric UNREAD = Metric.gauge(
            "varve_partitions_unread",
            "Partitions that are open and left out of what topics hold, because they could not be read.");
    private static final Metric BYTES = Metric.gauge(
            "varve_topic_bytes",
            "Bytes of batches on this machine (local) and in the bucket (remote).",
            "topic",
            "place");
    private static final Metric SEGMENTS =
            Metric.gauge("varve_topic_segments", "Segments, each counted once wherever it is.", "topic");
    private static final Metric UNCOMMITTED = Metric.gauge(
            "varve_topic_uncommitted_records",
            "Offsets between the high watermark and the end of the log: appended, and not shown to consumers yet.",
            "topic");

    private final Topics topics;

    /** @param topics the topics there are */
    public TopicReadings(Topics topics) {
        this.topics = topics;
    }

    /** @return what is read */
    public static List<Metric> metrics() {
        return List.of(TOPICS, CLOSED, UNREAD, BYTES, SEGMENTS, UNCOMMITTED);
    }

    @Override
    public void accept(Readings readings) {
        readings.add(TOPICS, topics.size());
        long closed = 0;
        long unread = 0;
        for (Topic topic : topics.all()) {
            List<PartitionLog> open = topic.open();
            closed += topic.count() - open.size();
            unread += open.stream()
                    .filter(log -> !read(readings, topic.name(), log))
                    .count();
        }
        readings.add(CLOSED, closed);
        readings.add(UNREAD, unread);
    }

    /** @return false if the partition cannot be read: the others still can */
    private static boolean read(Readings readings, String topic, PartitionLog log) {
        try {
            // In this order: the high watermark must not seem to be above the end.
            long highWatermark = log.highWatermark();
            long uncommitted = log.logEndOffset() - highWatermark;
            List<Segment> segments = log.segments();
            readings.add(UNCOMMITTED, uncommitted, topic);
            readings.add(SEGMENTS, segments.size(), topic);
            readings.add(BYTES, bytes(segments, Segment::isLocal), topic, "local");
            readings.add(BYTES, bytes(segments, Segment::isRemote), topic, "remote");
            return true;
        } catch (StorageException e) {
            LOG.debug("{} is left out", log.id(), e);
            return e.kind() == StorageException.Kind.CLOSED; // it was deleted meanwhile
        }
    }

    private static long bytes(List<Segment> segments, Predicate<Segment> which) {
        return segments.stream().filter(which).mapToLong(Segment::bytes).sum();
    }
}
