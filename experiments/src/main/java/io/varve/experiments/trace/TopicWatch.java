// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.runtime.Clock;
import io.varve.server.command.ClientAnswer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.FetchResponse;

/** Reads the batches of a topic's partitions from their leaders, and sums them up. Not thread-safe. */
final class TopicWatch {
    /** So long no leader may be reached. */
    private static final long GIVE_UP_MS = 60_000;

    private final Admin admin;
    private final LeaderFetch fetches;
    private final String topic;
    private final Clock clock;
    private final TrafficProfile profile;
    private final Map<TopicPartition, Long> next = new TreeMap<>(byPartition());
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private final Map<Integer, Long> newestMs = new HashMap<>();
    private final boolean fromBeginning;
    private Map<Node, Set<TopicPartition>> leaders;
    /** When the leaders answered last, in ms after the begin. */
    private long answeredMs;

    private Optional<String> cutShort = Optional.empty();
    private long transactional;
    private long deleted;

    private static Comparator<TopicPartition> byPartition() {
        return Comparator.comparingInt(TopicPartition::partition);
    }

    /**
     * @param admin finds leaders and offsets
     * @param topic described at the begin of the watch
     * @param fromBeginning whether to read what the topic has already, and nothing else
     */
    TopicWatch(Admin admin, LeaderFetch fetches, TopicDescription topic, Clock clock, boolean fromBeginning) {
        this.admin = admin;
        this.fetches = fetches;
        this.topic = topic.name();
        this.clock = clock;
        this.fromBeginning = fromBeginning;
        this.profile = new TrafficProfile(topic.partitions().size(), fromBeginning ? 0 : clock.millis());
        this.leaders = leaders(topic);
        List<TopicPartition> partitions = topic.partitions().stream()
                .map(info -> new TopicPartition(this.topic, info.partition()))
                .toList();
        ends.putAll(offsets(partitions, OffsetSpec.latest()));
        next.putAll(fromBeginning ? offsets(partitions, OffsetSpec.earliest()) : ends);
    }

    private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        partitions.forEach(partition -> wanted.put(partition, spec));
        Map<TopicPartition, ListOffsetsResultInfo> answer =
                ClientAnswer.await(admin.listOffsets(wanted).all());
        Map<TopicPartition, Long> offsets = new HashMap<>();
        answer.forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }

    private Map<Node, Set<TopicPartition>> leaders(TopicDescription description) {
        Map<Node, Set<TopicPartition>> led = new LinkedHashMap<>();
        for (TopicPartitionInfo info : description.partitions()) {
            if (info.leader() != null && !info.leader().isEmpty()) {
                led.computeIfAbsent(info.leader(), node -> new HashSet<>())
                        .add(new TopicPartition(topic, info.partition()));
            }
        }
        return led;
    }

    /**
     * Reads until the bounds end the watch, or the cluster does: then what was seen so far is what there is.
     *
     * @throws KafkaException if the cluster ends the watch before a record was seen
     */
    void run(WatchBounds bounds, WatchProgress progress) {
        long begun = clock.nanos();
        long begunMs = clock.millis();
        try {
            read(bounds, progress, begun);
            answeredMs = elapsedMs(begun);
        } catch (KafkaException e) {
            if (profile.records() == 0 || e instanceof InterruptException) {
                throw e;
            }
            cutShort = Optional.of(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
        if (!fromBeginning) {
            profile.watched(begunMs, begunMs + answeredMs);
        }
    }

    private void read(WatchBounds bounds, WatchProgress progress, long begun) {
        for (long elapsed = 0; !isOver(bounds, elapsed); elapsed = elapsedMs(begun)) {
            boolean answered = false;
            for (Map.Entry<Node, Set<TopicPartition>> led : leaders.entrySet()) {
                Map<TopicPartition, Long> wanted = wanted(led.getValue());
                List<PartitionData> answer = wanted.isEmpty() ? List.of() : fetches.fetch(led.getKey(), wanted);
                answered |= wanted.isEmpty() || !answer.isEmpty();
                if (!take(answer)) {
                    answered = false;
                    break;
                }
            }
            if (answered) {
                answeredMs = elapsed;
            } else if (elapsed - answeredMs > GIVE_UP_MS) {
                throw new TimeoutException("no leader of " + topic + " has answered for " + GIVE_UP_MS + " ms");
            } else {
                leaders = leaders(ClientAnswer.await(
                        admin.describeTopics(List.of(topic)).topicNameValues().get(topic)));
            }
            progress.seen(elapsedMs(begun), profile.records(), profile.storedBytes());
        }
    }

    private long elapsedMs(long begun) {
        return (clock.nanos() - begun) / 1_000_000;
    }

    private boolean isOver(WatchBounds bounds, long elapsedMs) {
        boolean read = fromBeginning
                && next.entrySet().stream().allMatch(entry -> entry.getValue() >= ends.get(entry.getKey()));
        return read || elapsedMs >= bounds.forMs() || bounds.stopped().getAsBoolean();
    }

    private Map<TopicPartition, Long> wanted(Set<TopicPartition> led) {
        Map<TopicPartition, Long> wanted = new LinkedHashMap<>();
        next.forEach((partition, offset) -> {
            if (led.contains(partition) && (!fromBeginning || offset < ends.get(partition))) {
                wanted.put(partition, offset);
            }
        });
        return wanted;
    }

    /** @return false if a leader has changed */
    private boolean take(List<PartitionData> answer) {
        boolean same = true;
        for (PartitionData data : answer) {
            TopicPartition partition = new TopicPartition(topic, data.partitionIndex());
            Errors error = Errors.forCode(data.errorCode());
            if (error == Errors.NONE) {
                take(partition, data);
            } else if (error == Errors.OFFSET_OUT_OF_RANGE) {
                long earliest =
                        offsets(List.of(partition), OffsetSpec.earliest()).get(partition);
                deleted += Math.max(0, earliest - next.get(partition));
                next.put(partition, Math.max(earliest, next.get(partition)));
            } else if (error.exception() instanceof RetriableException) {
                same = false;
            } else {
                throw error.exception(partition + ": " + error.message());
            }
        }
        return same;
    }

    private void take(TopicPartition partition, PartitionData data) {
        for (RecordBatch batch : FetchResponse.recordsOrFail(data).batches()) {
            if (fromBeginning && batch.baseOffset() >= ends.get(partition)) {
                next.put(partition, ends.get(partition));
                return;
            }
            batch.ensureValid();
            if (!batch.isControlBatch()) {
                transactional += batch.isTransactional() ? 1 : 0;
                profile.add(new WatchedBatch(
                        partition.partition(),
                        writtenMs(partition.partition(), batch),
                        Codec.forId(batch.compressionType().id),
                        batch.sizeInBytes() - BatchHeader.SIZE,
                        batch.timestampType() == TimestampType.LOG_APPEND_TIME,
                        batch));
            }
            next.put(partition, batch.nextOffset());
        }
    }

    /**
     * @return about when a batch was written: now, if it was waited for; else the middle of its records'
     *     times, unless an earlier batch of the partition has a later one
     */
    private long writtenMs(int partition, RecordBatch batch) {
        if (!fromBeginning) {
            return clock.millis();
        }
        int count = 0;
        long[] times = new long[64];
        for (Record record : batch) {
            times = count == times.length ? Arrays.copyOf(times, 2 * count) : times;
            times[count++] = record.timestamp();
        }
        Arrays.sort(times, 0, count);
        long middle = count == 0 ? 0 : Math.max(0, times[count / 2]);
        return newestMs.merge(partition, Math.min(clock.millis(), middle), Math::max);
    }

    /** @return what was read */
    TrafficProfile profile() {
        return profile;
    }

    /** @return why the watch ended before its time; empty if it did not */
    Optional<String> cutShort() {
        return cutShort;
    }

    /** @return batches that were part of a transaction */
    long transactional() {
        return transactional;
    }

    /** @return records that were deleted before they were read */
    long deleted() {
        return deleted;
    }
}
