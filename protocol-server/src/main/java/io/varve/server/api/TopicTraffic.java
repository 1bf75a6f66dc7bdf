// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.runtime.Metric;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.server.metadata.topic.Topics;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what clients send to topics and get from them. Thread-safe; counting allocates nothing. */
public final class TopicTraffic {
    private static final Metric RECORDS_IN = Metric.counter(
            "varve_topic_received_records_total",
            "Records that producers have appended, duplicates not counted.",
            "topic");
    private static final Metric BYTES_IN = Metric.counter(
            "varve_topic_received_bytes_total", "Bytes of batches that producers have appended.", "topic");
    private static final Metric BYTES_OUT = Metric.counter(
            "varve_topic_sent_bytes_total",
            "Bytes of batches in answers to fetches, those of share groups too.",
            "topic");

    private final Topics topics;
    private final ConcurrentHashMap<String, OfTopic> byName = new ConcurrentHashMap<>();

    /** Counts for one topic. */
    private static final class OfTopic {
        private final LongAdder recordsIn = new LongAdder();
        private final LongAdder bytesIn = new LongAdder();
        private final LongAdder bytesOut = new LongAdder();
    }

    /** @param topics tells which topics are still there: the counts of others are forgotten */
    public TopicTraffic(Topics topics) {
        this.topics = topics;
        topics.addListener((before, after) -> {
            if (after == null) {
                byName.remove(before.name());
            }
        });
    }

    /** @return what is counted */
    public static List<Metric> metrics() {
        return List.of(RECORDS_IN, BYTES_IN, BYTES_OUT);
    }

    /**
     * Counts an append of a producer.
     *
     * @param topic the topic's name
     * @param records number of records
     * @param bytes bytes of their batches
     */
    public void received(String topic, long records, long bytes) {
        OfTopic counts = of(topic);
        counts.recordsIn.add(records);
        counts.bytesIn.add(bytes);
    }

    /**
     * Counts records that a client gets.
     *
     * @param topic the topic's name
     * @param bytes bytes of their batches
     */
    public void sent(String topic, long bytes) {
        of(topic).bytesOut.add(bytes);
    }

    private OfTopic of(String topic) {
        OfTopic known = byName.get(topic);
        return known != null ? known : byName.computeIfAbsent(topic, first -> new OfTopic());
    }

    /** @param readings takes the counts of the topics that are still there */
    public void read(Readings readings) {
        byName.keySet().removeIf(topic -> topics.byName(topic) == null);
        byName.forEach((topic, counts) -> {
            readings.add(RECORDS_IN, counts.recordsIn.sum(), topic);
            readings.add(BYTES_IN, counts.bytesIn.sum(), topic);
            readings.add(BYTES_OUT, counts.bytesOut.sum(), topic);
        });
    }
}
