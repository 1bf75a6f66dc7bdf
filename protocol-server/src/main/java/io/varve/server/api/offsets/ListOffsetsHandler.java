// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.offsets;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.TimestampOffset;
import io.varve.core.runtime.Scheduler;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.FutureLists;
import io.varve.server.api.Request;
import io.varve.server.error.KafkaErrors;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/**
 * Finds offsets: the start and the end of a log, the record with the max timestamp (KIP-734), the first
 * record at or after a timestamp; where the local records begin (KIP-405), the last offset in the remote tier
 * (KIP-1005), and the first one that is to be copied there (KIP-1023). Runs on a worker thread. A look-up
 * that may wait for a remote tier runs in {@link RemoteLookUps}.
 */
public final class ListOffsetsHandler implements ApiHandler {
    private static final short FIRST_WITH_EPOCH = 4;
    private static final int CONSUMER = -1;
    private static final byte READ_COMMITTED = 1;

    private final Topics topics;
    private final RemoteLookUps remote;

    /**
     * @param topics finds the logs
     * @param scheduler gives threads to look-ups that wait
     */
    public ListOffsetsHandler(Topics topics, Scheduler scheduler) {
        this.topics = topics;
        remote = new RemoteLookUps(scheduler);
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ListOffsetsRequestData data = (ListOffsetsRequestData) request.body().data();
        Isolation isolation = isolation(data);
        Map<String, Map<Integer, Integer>> asked = countMentions(data);
        List<CompletableFuture<ListOffsetsTopicResponse>> answers =
                new ArrayList<>(data.topics().size());
        for (ListOffsetsTopic wanted : data.topics()) {
            Topic topic = topics.byName(wanted.name());
            Map<Integer, Integer> times = asked.get(wanted.name());
            List<CompletableFuture<ListOffsetsPartitionResponse>> offsets =
                    new ArrayList<>(wanted.partitions().size());
            for (ListOffsetsPartition partition : wanted.partitions()) {
                boolean twice = times.get(partition.partitionIndex()) > 1;
                offsets.add(
                        twice
                                ? CompletableFuture.completedFuture(error(partition, Errors.INVALID_REQUEST))
                                : find(topic, partition, isolation, request.version()));
            }
            answers.add(FutureLists.all(offsets)
                    .thenApply(found -> new ListOffsetsTopicResponse()
                            .setName(wanted.name())
                            .setPartitions(found)));
        }
        return FutureLists.all(answers).thenApply(found -> new ListOffsetsResponseData().setTopics(found));
    }

    private static Isolation isolation(ListOffsetsRequestData data) {
        if (data.replicaId() != CONSUMER) {
            return Isolation.LOG_END;
        }
        return data.isolationLevel() == READ_COMMITTED ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED;
    }

    /**
     * Counts how often each partition is named. Nested maps stay fast whatever a client sends; the hash code
     * of a {@code TopicPartition} could be made to collide.
     */
    private static Map<String, Map<Integer, Integer>> countMentions(ListOffsetsRequestData data) {
        Map<String, Map<Integer, Integer>> asked = new HashMap<>();
        for (ListOffsetsTopic topic : data.topics()) {
            Map<Integer, Integer> times = asked.computeIfAbsent(topic.name(), name -> new HashMap<>());
            topic.partitions().forEach(partition -> times.merge(partition.partitionIndex(), 1, Integer::sum));
        }
        return asked;
    }

    private CompletableFuture<ListOffsetsPartitionResponse> find(
            Topic topic, ListOffsetsPartition wanted, Isolation isolation, short version) {
        PartitionLog log = Topic.log(topic, wanted.partitionIndex());
        Errors refusal = refusal(topic, log, wanted, version);
        if (refusal != Errors.NONE) {
            return CompletableFuture.completedFuture(error(wanted, refusal));
        }
        try {
            if (mayWait(log, wanted)) {
                return remote.find(
                        () -> find(log, wanted, isolation, version), () -> error(wanted, Errors.KAFKA_STORAGE_ERROR));
            }
        } catch (RuntimeException failure) {
            return CompletableFuture.completedFuture(error(wanted, KafkaErrors.ofRead(failure)));
        }
        return CompletableFuture.completedFuture(find(log, wanted, isolation, version));
    }

    private static Errors refusal(Topic topic, PartitionLog log, ListOffsetsPartition wanted, short version) {
        if (version < firstVersion(wanted.timestamp())) {
            return Errors.UNSUPPORTED_VERSION;
        }
        return log == null
                ? Topic.missing(topic, wanted.partitionIndex())
                : KafkaErrors.ofLeaderEpoch(wanted.currentLeaderEpoch(), log.leaderEpoch());
    }

    /** @return true if records of a remote tier may have to be read */
    private static boolean mayWait(PartitionLog log, ListOffsetsPartition wanted) {
        long timestamp = wanted.timestamp();
        if (timestamp < 0 && timestamp != ListOffsetsRequest.MAX_TIMESTAMP
                || !log.config().tiered()) {
            return false;
        }
        return log.reader().isRemoteFrom(Math.max(0, timestamp));
    }

    private static ListOffsetsPartitionResponse find(
            PartitionLog log, ListOffsetsPartition wanted, Isolation isolation, short version) {
        try {
            ListOffsetsPartitionResponse answer = error(wanted, Errors.NONE);
            find(log, wanted.timestamp(), isolation).ifPresent(found -> {
                answer.setTimestamp(found.timestamp()).setOffset(found.offset());
                if (version >= FIRST_WITH_EPOCH) {
                    answer.setLeaderEpoch(found.leaderEpoch());
                }
            });
            return answer;
        } catch (RuntimeException failure) {
            return error(wanted, KafkaErrors.ofRead(failure));
        }
    }

    /**
     * @return the first version in which a timestamp, or a negative code instead of one, has a meaning; above
     *     every version for a code without a meaning
     */
    private static int firstVersion(long timestamp) {
        if (timestamp >= 0) {
            return 0;
        }
        if (timestamp < ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP) {
            return Integer.MAX_VALUE;
        }
        return switch ((int) timestamp) {
            case (int) ListOffsetsRequest.MAX_TIMESTAMP -> 7;
            case (int) ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP -> 8;
            case (int) ListOffsetsRequest.LATEST_TIERED_TIMESTAMP -> 9;
            case (int) ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP -> 11;
            default -> 0;
        };
    }

    private static Optional<TimestampOffset> find(PartitionLog log, long timestamp, Isolation isolation) {
        if (timestamp >= 0) {
            return log.reader().offsetForTimestamp(timestamp, isolation);
        }
        return switch ((int) timestamp) {
            case (int) ListOffsetsRequest.EARLIEST_TIMESTAMP -> within(log, log.logStartOffset());
            case (int) ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP ->
                within(log, log.reader().localLogStartOffset());
            case (int) ListOffsetsRequest.LATEST_TIERED_TIMESTAMP -> latestTiered(log);
            case (int) ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP -> earliestPendingUpload(log);
            case (int) ListOffsetsRequest.LATEST_TIMESTAMP -> at(log, end(log, isolation));
            case (int) ListOffsetsRequest.MAX_TIMESTAMP -> log.reader().maxTimestamp(isolation);
            default -> Optional.empty();
        };
    }

    private static Optional<TimestampOffset> within(PartitionLog log, long offset) {
        return Optional.of(new TimestampOffset(-1, offset, log.reader().epochAt(offset)));
    }

    /** @return the highest offset in the remote tier; empty if there is none, or the topic is not tiered */
    private static Optional<TimestampOffset> latestTiered(PartitionLog log) {
        OptionalLong end = tieredEnd(log);
        return end.isPresent() ? within(log, end.getAsLong() - 1) : Optional.empty();
    }

    /** @return the offset after it, or the log's start; empty if the topic is not tiered */
    private static Optional<TimestampOffset> earliestPendingUpload(PartitionLog log) {
        return log.config().tiered() ? within(log, tieredEnd(log).orElse(log.logStartOffset())) : Optional.empty();
    }

    private static OptionalLong tieredEnd(PartitionLog log) {
        return log.config().tiered() ? log.reader().tieredEnd() : OptionalLong.empty();
    }

    private static Optional<TimestampOffset> at(PartitionLog log, long offset) {
        return Optional.of(new TimestampOffset(-1, offset, log.leaderEpoch()));
    }

    private static long end(PartitionLog log, Isolation isolation) {
        return switch (isolation) {
            case LOG_END -> log.logEndOffset();
            case READ_UNCOMMITTED -> log.highWatermark();
            case READ_COMMITTED -> log.lastStableOffset();
        };
    }

    private static ListOffsetsPartitionResponse error(ListOffsetsPartition wanted, Errors error) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(wanted.partitionIndex())
                .setErrorCode(error.code())
                .setTimestamp(-1)
                .setOffset(-1);
    }
}
