// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import io.varve.experiments.scenario.ProducerSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.internal.Record;

/**
 * Sums up the batches of a topic. Records of one codec, with or without keys, are taken for one producer's.
 * Not thread-safe.
 */
final class TrafficProfile {
    private final int partitions;
    private final Map<ProducerProfile.Kind, ProducerProfile> producers = new LinkedHashMap<>();
    private final long notBeforeMs;
    private long records;
    private long batches;
    private long storedBytes;

    /**
     * @param partitions of the topic
     * @param notBeforeMs in ms since the epoch: what has an earlier timestamp counts as produced then
     */
    TrafficProfile(int partitions, long notBeforeMs) {
        this.partitions = partitions;
        this.notBeforeMs = notBeforeMs;
    }

    void add(WatchedBatch batch) {
        int count = 0;
        long rawBytes = 0;
        List<ProducerProfile> touched = new ArrayList<>();
        for (Record record : batch.records()) {
            ProducerProfile.Kind kind = new ProducerProfile.Kind(batch.codec(), record.hasKey());
            ProducerProfile profile = producers.computeIfAbsent(kind, added -> new ProducerProfile(added, partitions));
            if (!touched.contains(profile)) {
                touched.add(profile);
            }
            profile.add(record, batch.stamped() ? record.timestamp() : batch.writtenMs(), notBeforeMs);
            rawBytes += record.sizeInBytes();
            count++;
        }
        for (ProducerProfile profile : touched) {
            profile.endBatch(batch.partition(), rawBytes, batch.storedBytes());
        }
        if (count > 0) {
            records += count;
            batches++;
            storedBytes += batch.storedBytes();
        }
    }

    /** Says what time was watched, with or without records. To be called after the last batch. */
    void watched(long fromMs, long toMs) {
        producers.values().forEach(producer -> producer.rate().watched(fromMs, toMs));
    }

    long records() {
        return records;
    }

    long batches() {
        return batches;
    }

    /** @return bytes of records as they are stored */
    long storedBytes() {
        return storedBytes;
    }

    /** @return when the first record came, or the watch began, in ms since the epoch; 0 without a record */
    long startMs() {
        return producers.values().stream()
                .mapToLong(producer -> producer.rate().startMs())
                .min()
                .orElse(0);
    }

    /** @return ms from the begin to the end of what was seen */
    long lengthMs() {
        long startMs = startMs();
        return producers.values().stream()
                .mapToLong(producer ->
                        producer.rate().startMs() - startMs + producer.rate().lengthMs())
                .max()
                .orElse(0);
    }

    /**
     * @param topic the topic's name
     * @return the producers, the busiest first
     */
    List<ProducerSpec> producers(String topic) {
        watched(startMs(), startMs() + lengthMs());
        return producers.values().stream()
                .sorted(Comparator.comparingLong(ProducerProfile::records).reversed())
                .map(profile -> profile.spec(topic))
                .toList();
    }
}
