// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.share;

import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.share.Acknowledgement;
import io.varve.server.share.ShareMember;
import io.varve.server.share.SharePartition;
import io.varve.server.share.SharedPartitionRef;
import io.varve.server.share.Shares;
import io.varve.server.share.state.SharePartitionId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/** Acknowledges the records that a request names, partition by partition. Thread-safe; does not block. */
final class Acknowledger {
    private final Shares shares;
    private final Topics topics;

    Acknowledger(Shares shares, Topics topics) {
        this.shares = shares;
        this.topics = topics;
    }

    /**
     * Acknowledges records of several partitions.
     *
     * @param member the member that has acquired the records
     * @param named what it says of them, as the client sent it
     * @param renews true if the request may renew locks
     * @return completes with an error for each partition, NONE if its new states are stored; never fails
     */
    CompletableFuture<Map<SharedPartitionRef, ApiError>> acknowledge(
            ShareMember member, Map<SharedPartitionRef, List<Acknowledgement>> named, boolean renews) {
        Map<SharedPartitionRef, CompletableFuture<ApiError>> results = new TreeMap<>();
        named.forEach((ref, batches) -> results.put(ref, acknowledge(member, ref, batches, renews)));
        return CompletableFuture.allOf(results.values().toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    Map<SharedPartitionRef, ApiError> errors = new TreeMap<>();
                    results.forEach((ref, result) -> errors.put(ref, result.join()));
                    return errors;
                });
    }

    private CompletableFuture<ApiError> acknowledge(
            ShareMember member, SharedPartitionRef ref, List<Acknowledgement> batches, boolean renews) {
        Topic topic = topics.byId(ref.topic());
        if (topic == null) {
            return refused(Errors.UNKNOWN_TOPIC_ID);
        }
        if (!areValid(batches, renews)) {
            return refused(Errors.INVALID_REQUEST);
        }
        if (!Topic.exists(topic, ref.partition())) {
            return refused(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        if (batches.isEmpty()) {
            return refused(Errors.NONE);
        }
        SharePartition partition = shares.find(new SharePartitionId(member.group(), ref.topic(), ref.partition()));
        if (partition == null) {
            return refused(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        return partition
                .acknowledge(member.member(), batches)
                .handle((done, failure) -> failure == null ? ApiError.NONE : ApiError.fromThrowable(failure));
    }

    private static CompletableFuture<ApiError> refused(Errors error) {
        return CompletableFuture.completedFuture(new ApiError(error));
    }

    private static boolean areValid(List<Acknowledgement> batches, boolean renews) {
        byte max = renews ? Acknowledgement.RENEW : Acknowledgement.REJECT;
        long previous = -1;
        for (Acknowledgement batch : batches) {
            List<Byte> types = batch.types();
            boolean valid = batch.first() <= batch.last()
                    && batch.first() >= previous
                    && !types.isEmpty()
                    && (types.size() == 1 || batch.last() - batch.first() == types.size() - 1)
                    && types.stream().allMatch(type -> type >= Acknowledgement.GAP && type <= max);
            if (!valid) {
                return false;
            }
            previous = batch.last();
        }
        return true;
    }
}
