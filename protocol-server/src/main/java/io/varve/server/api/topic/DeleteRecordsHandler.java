// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.retention.HeldException;
import io.varve.core.runtime.Clock;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.error.KafkaErrors;
import io.varve.server.logging.LogThrottle;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.LoggerFactory;

/**
 * Deletes records (KIP-107): raises the log start offsets of partitions, and responds when the new ones are
 * durable. The request's time-out applies to followers, and this broker has none. Runs on a worker thread, as
 * the storage deletes file by file. As in Kafka it refuses internal topics, and topics whose
 * {@code cleanup.policy} is only compact. A hold on records is refused with the code of the latter.
 */
public final class DeleteRecordsHandler implements ApiHandler {
    private static final LogThrottle REFUSALS =
            new LogThrottle(LoggerFactory.getLogger(DeleteRecordsHandler.class), Clock.system());
    private static final long TO_HIGH_WATERMARK = -1;
    private static final long UNKNOWN = -1;

    /** Min time that a commit may take, in ms. */
    static final int COMMIT_MS = 30_000;

    private final Topics topics;
    private final LogEngine engine;

    /**
     * @param topics finds topics and their logs
     * @param engine deletes records
     */
    public DeleteRecordsHandler(Topics topics, LogEngine engine) {
        this.topics = topics;
        this.engine = engine;
    }

    @Override
    public CompletionStage<DeleteRecordsResponseData> handle(Request request) {
        DeleteRecordsRequestData asked =
                (DeleteRecordsRequestData) request.body().data();
        DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        List<CompletableFuture<?>> all = new ArrayList<>();
        offsets(asked).forEach((name, offsets) -> {
            Topic topic = topics.byName(name);
            DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(name);
            response.topics().add(result);
            offsets.forEach((partition, offset) -> {
                DeleteRecordsPartitionResult answer = new DeleteRecordsPartitionResult()
                        .setPartitionIndex(partition)
                        .setLowWatermark(UNKNOWN);
                result.partitions().add(answer);
                all.add(delete(topic, name, offset, answer));
            });
        });
        CompletableFuture<Void> noted = CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenRun(() -> ChangeLog.note(request, "deleted records", done(response)));
        return inTime(request, asked.timeoutMs(), noted)
                .thenApply(inTime -> inTime ? response : timedOutCopy(response));
    }

    /** @return what was deleted, such as "orders-0 before 100", in time for the answer or not */
    private static List<String> done(DeleteRecordsResponseData response) {
        return response.topics().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .filter(partition -> partition.errorCode() == Errors.NONE.code())
                        .map(partition -> topic.name() + "-" + partition.partitionIndex() + " before "
                                + partition.lowWatermark()))
                .toList();
    }

    /**
     * @return the offsets by topic and partition; the last one of a partition that the request names several
     *     times, as in Kafka
     */
    private static Map<String, Map<Integer, Long>> offsets(DeleteRecordsRequestData asked) {
        Map<String, Map<Integer, Long>> offsets = new LinkedHashMap<>();
        for (DeleteRecordsTopic topic : asked.topics()) {
            Map<Integer, Long> partitions = offsets.computeIfAbsent(topic.name(), name -> new LinkedHashMap<>());
            topic.partitions().forEach(partition -> partitions.put(partition.partitionIndex(), partition.offset()));
        }
        return offsets;
    }

    private CompletableFuture<Void> delete(Topic topic, String name, long wanted, DeleteRecordsPartitionResult answer) {
        PartitionLog log = Topic.log(topic, answer.partitionIndex());
        Errors refusal = refusal(topic, name, answer.partitionIndex());
        if (refusal != Errors.NONE) {
            answer.setErrorCode(refusal.code());
            return CompletableFuture.completedFuture(null);
        }
        return durable(log, wanted).handle((done, failure) -> {
            synchronized (answer) {
                if (failure == null) {
                    answer.setLowWatermark(log.logStartOffset());
                } else {
                    answer.setErrorCode(error(failure).code());
                }
            }
            return null;
        });
    }

    private CompletableFuture<Void> durable(PartitionLog log, long wanted) {
        try {
            return engine.deleteRecords(log, offset(log, wanted)).toCompletableFuture();
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private static Errors refusal(Topic topic, String name, int partition) {
        if (org.apache.kafka.common.internals.Topic.isInternal(name)) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        }
        PartitionLog log = Topic.log(topic, partition);
        if (log == null) {
            return Topic.missing(topic, partition);
        }
        boolean compactedOnly =
                log.config().compacted() && !log.config().retention().delete();
        return compactedOnly ? Errors.POLICY_VIOLATION : Errors.NONE;
    }

    private static long offset(PartitionLog log, long wanted) {
        if (wanted == TO_HIGH_WATERMARK) {
            return log.highWatermark();
        }
        if (wanted < 0) {
            throw Errors.OFFSET_OUT_OF_RANGE.exception("The offset " + wanted + " is out of range.");
        }
        return wanted;
    }

    private static Errors error(Throwable failure) {
        Throwable cause = KafkaErrors.unwrap(failure);
        if (cause instanceof HeldException) {
            REFUSALS.warn("DeleteRecords refused: {}", cause.getMessage()); // the response has no field for a message
            return Errors.POLICY_VIOLATION;
        }
        return cause instanceof RuntimeException known ? KafkaErrors.ofRead(known) : Errors.UNKNOWN_SERVER_ERROR;
    }

    /** @return completes with true when all deletions have ended, with false when the time is up */
    private static CompletableFuture<Boolean> inTime(Request request, int timeoutMs, CompletableFuture<Void> all) {
        CompletableFuture<Boolean> done = all.thenApply(nothing -> true);
        if (!done.isDone()) {
            Runnable timer = request.connection().schedule(Math.max(COMMIT_MS, timeoutMs), () -> done.complete(false));
            done.whenComplete((ended, never) -> timer.run());
        }
        return done;
    }

    /** Copies the response: deletions that are not complete still change the original. */
    private static DeleteRecordsResponseData timedOutCopy(DeleteRecordsResponseData response) {
        DeleteRecordsResponseData sent = new DeleteRecordsResponseData();
        for (DeleteRecordsTopicResult topic : response.topics()) {
            DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
            sent.topics().add(result);
            for (DeleteRecordsPartitionResult answer : topic.partitions()) {
                synchronized (answer) {
                    boolean pending = answer.lowWatermark() == UNKNOWN && answer.errorCode() == Errors.NONE.code();
                    result.partitions()
                            .add(new DeleteRecordsPartitionResult()
                                    .setPartitionIndex(answer.partitionIndex())
                                    .setLowWatermark(answer.lowWatermark())
                                    .setErrorCode(pending ? Errors.REQUEST_TIMED_OUT.code() : answer.errorCode()));
                }
            }
        }
        return sent;
    }
}
