// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendResult;
import io.varve.core.transaction.TransactionMarker;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.coordinator.OffsetsMarkerWriter;
import io.varve.server.error.KafkaErrors;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;

/**
 * Writes transaction markers to partitions, for an administrator who aborts a hanging transaction (KIP-664).
 * This broker's own coordinator does not use this API. A partition gets one marker even when the request
 * names it twice. Responds when every marker is durable.
 */
public final class WriteTxnMarkersHandler implements ApiHandler {
    /** The first {@code transaction.version} whose markers raise the producer's epoch (KIP-890). */
    private static final int FIRST_WITH_EPOCH_BUMP = 2;

    private final Topics topics;
    private final OffsetsMarkerWriter offsets;

    /**
     * @param topics finds the logs
     * @param offsets writes markers to {@code __consumer_offsets}
     */
    public WriteTxnMarkersHandler(Topics topics, OffsetsMarkerWriter offsets) {
        this.topics = topics;
        this.offsets = offsets;
    }

    private record MarkerWrite(long producer, TopicPartition partition, CompletableFuture<Errors> error) {}

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        WriteTxnMarkersRequestData data =
                (WriteTxnMarkersRequestData) request.body().data();
        List<MarkerWrite> all = new ArrayList<>();
        for (WritableTxnMarker wanted : data.markers()) {
            Map<String, Set<Integer>> partitionsByTopic = new LinkedHashMap<>();
            for (WritableTxnMarkerTopic topic : wanted.topics()) {
                partitionsByTopic
                        .computeIfAbsent(topic.name(), name -> new LinkedHashSet<>())
                        .addAll(topic.partitionIndexes());
            }
            partitionsByTopic.forEach((topic, partitions) -> partitions.forEach(partition -> {
                TopicPartition target = new TopicPartition(topic, partition);
                all.add(new MarkerWrite(wanted.producerId(), target, end(wanted, target)));
            }));
        }
        return CompletableFuture.allOf(all.stream().map(MarkerWrite::error).toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    ChangeLog.note(
                            request,
                            "ended transactions of producers",
                            all.stream()
                                    .filter(each -> each.error().join() == Errors.NONE)
                                    .map(each -> each.producer() + " in " + each.partition())
                                    .toList());
                    return answer(data, all);
                });
    }

    private static ApiMessage answer(WriteTxnMarkersRequestData data, List<MarkerWrite> all) {
        Map<Long, Map<TopicPartition, Errors>> errors = new HashMap<>();
        data.markers().forEach(wanted -> errors.put(wanted.producerId(), new HashMap<>()));
        all.forEach(ended -> errors.get(ended.producer())
                .put(ended.partition(), ended.error().join()));
        return new WriteTxnMarkersResponse(errors).data();
    }

    private CompletableFuture<Errors> end(WritableTxnMarker wanted, TopicPartition target) {
        Topic topic = topics.byName(target.topic());
        PartitionLog log = Topic.log(topic, target.partition());
        if (log == null) {
            return CompletableFuture.completedFuture(Topic.missing(topic, target.partition()));
        }
        if (wanted.producerId() < 0 || wanted.producerEpoch() < 0) {
            return CompletableFuture.completedFuture(Errors.INVALID_REQUEST);
        }
        TransactionMarker marker = new TransactionMarker(
                wanted.producerId(),
                wanted.producerEpoch(),
                wanted.coordinatorEpoch(),
                wanted.transactionResult(),
                wanted.transactionVersion() >= FIRST_WITH_EPOCH_BUMP);
        if (target.topic().equals(org.apache.kafka.common.internals.Topic.GROUP_METADATA_TOPIC_NAME)) {
            return offsets.end(target.partition(), marker).handle((done, failure) -> error(failure));
        }
        if (topic.internal()) {
            // The coordinators of internal topics treat a record of another writer as corruption.
            return CompletableFuture.completedFuture(Errors.INVALID_TOPIC_EXCEPTION);
        }
        return append(log, marker);
    }

    private static CompletableFuture<Errors> append(PartitionLog log, TransactionMarker marker) {
        CompletableFuture<Errors> durable = new CompletableFuture<>();
        try {
            AppendResult appended = log.appender().endTransaction(marker);
            log.awaitHighWatermark(
                    appended.nextOffset(),
                    failure -> durable.complete(failure == null ? Errors.NONE : KafkaErrors.ofAppend(failure)));
        } catch (RuntimeException refused) {
            durable.complete(KafkaErrors.ofAppend(refused));
        }
        return durable;
    }

    private static Errors error(Throwable failure) {
        if (failure == null) {
            return Errors.NONE;
        }
        return Errors.forException(KafkaErrors.unwrap(failure));
    }
}
