// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.share;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.share.Acknowledgement;
import io.varve.server.share.ShareMember;
import io.varve.server.share.ShareSession;
import io.varve.server.share.ShareSessions;
import io.varve.server.share.SharedPartitionRef;
import io.varve.server.share.Shares;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.PartitionData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.ShareAcknowledgeTopicResponse;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.ShareAcknowledgeTopicResponseCollection;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/**
 * Handles ShareAcknowledge: accepts, releases, rejects and renews records within the member's session. The
 * answer is sent once the new states are stored.
 */
public final class ShareAcknowledgeHandler implements ApiHandler {
    private static final short FIRST_WITH_RENEW = 2;

    private final Shares shares;
    private final Acknowledger acknowledger;

    /**
     * @param shares delivers records to share groups
     * @param topics finds topics
     */
    public ShareAcknowledgeHandler(Shares shares, Topics topics) {
        this.shares = shares;
        acknowledger = new Acknowledger(shares, topics);
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ShareAcknowledgeRequestData data =
                (ShareAcknowledgeRequestData) request.body().data();
        ShareMember member = MemberIds.of(data.groupId(), data.memberId());
        int epoch = data.shareSessionEpoch();
        if (epoch == ShareSessions.INITIAL_EPOCH) {
            throw Errors.INVALID_SHARE_SESSION_EPOCH.exception();
        }
        ShareSession session = epoch == ShareSessions.FINAL_EPOCH
                ? shares.sessions().find(member)
                : shares.sessions().next(member, epoch, List.of(), List.of());
        boolean renews = request.version() >= FIRST_WITH_RENEW && data.isRenewAck();
        return acknowledger.acknowledge(member, named(data), renews).thenApply(errors -> {
            if (epoch == ShareSessions.FINAL_EPOCH) {
                shares.close(session);
            }
            return response(errors)
                    .setAcquisitionLockTimeoutMs(
                            shares.settings().limits(member.group()).lockMs());
        });
    }

    private static Map<SharedPartitionRef, List<Acknowledgement>> named(ShareAcknowledgeRequestData data) {
        Map<SharedPartitionRef, List<Acknowledgement>> named = new TreeMap<>();
        data.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> named.put(
                                new SharedPartitionRef(topic.topicId(), partition.partitionIndex()),
                                partition.acknowledgementBatches().stream()
                                        .map(batch -> new Acknowledgement(
                                                batch.firstOffset(), batch.lastOffset(), batch.acknowledgeTypes()))
                                        .toList())));
        return named;
    }

    /** @param errors by partition, those of a topic beside each other */
    private static ShareAcknowledgeResponseData response(Map<SharedPartitionRef, ApiError> errors) {
        ShareAcknowledgeTopicResponseCollection topics = new ShareAcknowledgeTopicResponseCollection();
        ShareAcknowledgeTopicResponse last = null;
        for (Map.Entry<SharedPartitionRef, ApiError> entry : errors.entrySet()) {
            if (last == null || !last.topicId().equals(entry.getKey().topic())) {
                last = new ShareAcknowledgeTopicResponse()
                        .setTopicId(entry.getKey().topic());
                topics.add(last);
            }
            ApiError error = entry.getValue();
            last.partitions()
                    .add(new PartitionData()
                            .setPartitionIndex(entry.getKey().partition())
                            .setErrorCode(error.error().code())
                            .setErrorMessage(error.isSuccess() ? null : error.messageWithFallback()));
        }
        return new ShareAcknowledgeResponseData().setResponses(topics);
    }
}
