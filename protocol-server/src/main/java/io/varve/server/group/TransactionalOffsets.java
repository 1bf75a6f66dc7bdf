// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.transaction.TransactionMarker;
import io.varve.server.coordinator.OffsetsMarkerWriter;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * Commits offsets of {@link Groups} in transactions, and writes the markers of those transactions.
 * Thread-safe; no method blocks.
 */
public final class TransactionalOffsets implements OffsetsMarkerWriter {
    /** Max attempts to verify and append offsets. */
    private static final int VERIFICATIONS = 3;

    private final Groups groups;

    TransactionalOffsets(Groups groups) {
        this.groups = groups;
    }

    /**
     * Commits offsets, which become visible once the transaction is committed.
     *
     * @param request names existing topics and partitions only
     * @return the answer to a TxnOffsetCommit, when the offsets are durable; fails as {@link Groups} does
     */
    public CompletableFuture<TxnOffsetCommitResponseData> commit(
            GroupRequestContext context, TxnOffsetCommitRequestData request) {
        return commit(context, request, VERIFICATIONS);
    }

    /**
     * Retries after INVALID_TXN_STATE: the marker of the previous transaction may be written between the
     * verification and the append, which invalidates the verification without a fault of the client.
     */
    private CompletableFuture<TxnOffsetCommitResponseData> commit(
            GroupRequestContext context, TxnOffsetCommitRequestData request, int attempts) {
        return groups.serveNew(
                        context,
                        request.groupId(),
                        PolicyViolationException::new,
                        service -> service.commitTransactionalOffsets(context, request, Groups.BUFFERS))
                .thenCompose(answer -> attempts > 1 && isInvalidState(answer)
                        ? commit(context, request, attempts - 1)
                        : CompletableFuture.completedFuture(answer));
    }

    private static boolean isInvalidState(TxnOffsetCommitResponseData answer) {
        return answer.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition -> partition.errorCode() == Errors.INVALID_TXN_STATE.code());
    }

    @Override
    public CompletableFuture<Void> end(int partition, TransactionMarker marker) {
        TransactionVersion version = marker.epochBumped() ? TransactionVersion.TV_2 : TransactionVersion.TV_0;
        return groups.serve(service -> service.completeTransaction(
                new TopicPartition(Groups.OFFSETS, partition),
                marker.producerId(),
                marker.producerEpoch(),
                marker.coordinatorEpoch(),
                marker.commit() ? TransactionResult.COMMIT : TransactionResult.ABORT,
                version.featureLevel()));
    }
}
