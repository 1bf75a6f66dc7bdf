// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.api.group.ExistingPartitions;
import io.varve.server.api.group.RequestCaller;
import io.varve.server.group.TransactionalOffsets;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;

/**
 * Commits offsets in a transaction through the group coordinator, and answers for unknown partitions itself.
 */
public final class TxnOffsetCommitHandler implements ApiHandler {
    /** The first version whose clients know COORDINATOR_LOAD_IN_PROGRESS. */
    private static final short FIRST_WITH_LOADING = 2;

    private final TransactionalOffsets offsets;
    private final Topics topics;

    /**
     * @param offsets commits offsets in transactions
     * @param topics finds topics and their logs
     */
    public TxnOffsetCommitHandler(TransactionalOffsets offsets, Topics topics) {
        this.offsets = offsets;
        this.topics = topics;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        TxnOffsetCommitRequestData data = ((TxnOffsetCommitRequest) request.body()).data();
        TxnOffsetCommitResponse.Builder response = new TxnOffsetCommitResponse.Builder();
        List<TxnOffsetCommitRequestTopic> known = new ArrayList<>(data.topics().size());
        for (TxnOffsetCommitRequestTopic asked : data.topics()) {
            Topic topic = topics.byName(asked.name());
            List<TxnOffsetCommitRequestPartition> existing = ExistingPartitions.of(
                    topic,
                    asked.partitions(),
                    TxnOffsetCommitRequestPartition::partitionIndex,
                    unknown -> response.addPartition(asked.name(), unknown, Errors.UNKNOWN_TOPIC_OR_PARTITION));
            if (!existing.isEmpty()) {
                known.add(
                        new TxnOffsetCommitRequestTopic().setName(asked.name()).setPartitions(existing));
            }
        }
        if (known.isEmpty()) {
            return CompletableFuture.completedFuture(response.build().data());
        }
        return offsets.commit(RequestCaller.of(request), data.duplicate().setTopics(known))
                .handle((committed, failure) -> failure == null
                        ? committed
                        : TxnOffsetCommitRequest.getErrorResponse(
                                data.duplicate().setTopics(known), Errors.forException(failure)))
                .thenApply(committed ->
                        withKnownErrors(response.merge(committed).build().data(), request.version()));
    }

    private static TxnOffsetCommitResponseData withKnownErrors(TxnOffsetCommitResponseData answer, short version) {
        if (version < FIRST_WITH_LOADING) {
            answer.topics()
                    .forEach(topic -> topic.partitions().forEach(partition -> {
                        if (partition.errorCode() == Errors.COORDINATOR_LOAD_IN_PROGRESS.code()) {
                            partition.setErrorCode(Errors.COORDINATOR_NOT_AVAILABLE.code());
                        }
                    }));
        }
        return answer;
    }
}
