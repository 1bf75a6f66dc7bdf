// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.share;

import io.varve.core.log.PartitionLog;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Connection;
import io.varve.server.api.Request;
import io.varve.server.api.TopicTraffic;
import io.varve.server.api.fetch.FetchConfig;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.security.access.Access;
import io.varve.server.share.Acknowledgement;
import io.varve.server.share.ShareMember;
import io.varve.server.share.ShareSession;
import io.varve.server.share.ShareSessions;
import io.varve.server.share.SharedPartitionRef;
import io.varve.server.share.Shares;
import io.varve.server.share.state.SharePartitionId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.ShareSessionLimitReachedException;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ApiError;

/**
 * Handles ShareFetch: acknowledges records, and acquires others for the member, within its session. Stored
 * batches are sent whole, with the offsets that the member has acquired of them.
 */
public final class ShareFetchHandler implements ApiHandler {
    private static final short FIRST_WITH_RENEW = 2;
    private static final byte RECORD_LIMIT = 1;

    private final Shares shares;
    private final Topics topics;
    private final FetchConfig config;
    private final Access access;
    private final Acknowledger acknowledger;
    private final QuotaThrottle throttle;
    private final TopicTraffic traffic;

    /**
     * @param shares delivers records to share groups
     * @param topics finds topics and their logs
     * @param config limits of the broker
     * @param access decides what clients may read
     * @param throttle limits how much a client gets at a time
     * @param traffic counts what clients get
     */
    public ShareFetchHandler(
            Shares shares,
            Topics topics,
            FetchConfig config,
            Access access,
            QuotaThrottle throttle,
            TopicTraffic traffic) {
        this.traffic = traffic;
        this.access = access;
        this.throttle = throttle;
        this.shares = shares;
        this.topics = topics;
        this.config = config;
        acknowledger = new Acknowledger(shares, topics);
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ShareFetchRequestData data = (ShareFetchRequestData) request.body().data();
        ShareMember member = MemberIds.of(data.groupId(), data.memberId());
        Map<SharedPartitionRef, List<Acknowledgement>> acknowledged = acknowledged(data);
        boolean renews = request.version() >= FIRST_WITH_RENEW && data.isRenewAck();
        if (renews) {
            checkRenewal(data);
        }
        ShareSession session;
        try {
            session = session(data, member, !acknowledged.isEmpty(), request.connection());
        } catch (ShareSessionLimitReachedException full) {
            return failLater(full, data.maxWaitMs(), request.connection());
        }
        Predicate<String> readable = access.topics(request, AclOperation.READ);
        Map<SharedPartitionRef, ApiError> denied = takeDenied(acknowledged, readable);
        CompletableFuture<Map<SharedPartitionRef, ApiError>> errors =
                acknowledger.acknowledge(member, acknowledged, renews);
        errors = denied.isEmpty() ? errors : errors.thenApply(results -> with(results, denied));
        boolean fetches = data.shareSessionEpoch() != ShareSessions.FINAL_EPOCH && !renews;
        CompletableFuture<Map<SharedPartitionRef, PartitionData>> fetched = fetches
                ? fetch(data, request, session, readable)
                : CompletableFuture.completedFuture(new LinkedHashMap<>());
        return fetched.thenCombine(errors, (answers, results) -> {
            results.forEach((ref, error) -> answers.computeIfAbsent(ref, ShareFetchHandler::empty)
                    .setAcknowledgeErrorCode(error.error().code())
                    .setAcknowledgeErrorMessage(error.isSuccess() ? null : error.messageWithFallback()));
            if (data.shareSessionEpoch() == ShareSessions.FINAL_EPOCH) {
                shares.close(session);
            }
            answers.forEach(this::count);
            return ShareFetchAnswer.of(answers)
                    .setAcquisitionLockTimeoutMs(
                            shares.settings().limits(member.group()).lockMs());
        });
    }

    private static void checkRenewal(ShareFetchRequestData data) {
        if (data.maxBytes() != 0 || data.minBytes() != 0 || data.maxRecords() != 0 || data.maxWaitMs() != 0) {
            throw new InvalidRequestException(
                    "maxBytes, minBytes, maxRecords and maxWaitMs must be set to 0, if isRenewAck is true.");
        }
    }

    /** @return errors of the partitions that are taken out, because the client may not read them */
    private Map<SharedPartitionRef, ApiError> takeDenied(
            Map<SharedPartitionRef, List<Acknowledgement>> acknowledged, Predicate<String> readable) {
        Map<SharedPartitionRef, ApiError> denied = new TreeMap<>();
        if (readable != null) {
            for (SharedPartitionRef ref : acknowledged.keySet()) {
                Topic topic = topics.byId(ref.topic());
                if (topic != null && !readable.test(topic.name())) {
                    denied.put(ref, new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED));
                }
            }
            acknowledged.keySet().removeAll(denied.keySet());
        }
        return denied;
    }

    private static Map<SharedPartitionRef, ApiError> with(
            Map<SharedPartitionRef, ApiError> results, Map<SharedPartitionRef, ApiError> denied) {
        results.putAll(denied);
        return results;
    }

    private static CompletionStage<ApiMessage> failLater(
            RuntimeException failure, int maxWaitMs, Connection connection) {
        CompletableFuture<ApiMessage> failed = new CompletableFuture<>();
        Runnable timer = connection.schedule(Math.max(0, maxWaitMs), () -> failed.completeExceptionally(failure));
        Runnable watch = connection.onClose(() -> failed.completeExceptionally(failure));
        return failed.whenComplete((never, always) -> {
            timer.run();
            watch.run();
        });
    }

    private ShareSession session(
            ShareFetchRequestData data, ShareMember member, boolean acknowledges, Connection connection) {
        int epoch = data.shareSessionEpoch();
        if (epoch == ShareSessions.FINAL_EPOCH) {
            return shares.sessions().find(member);
        }
        List<SharedPartitionRef> named = new ArrayList<>();
        data.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition ->
                                named.add(new SharedPartitionRef(topic.topicId(), partition.partitionIndex()))));
        if (epoch == ShareSessions.INITIAL_EPOCH) {
            if (acknowledges) {
                throw Errors.INVALID_REQUEST.exception();
            }
            return shares.open(member, named, connection::onClose);
        }
        List<SharedPartitionRef> forgotten = new ArrayList<>();
        data.forgottenTopicsData()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> forgotten.add(new SharedPartitionRef(topic.topicId(), partition))));
        return shares.sessions().next(member, epoch, named, forgotten);
    }

    private static Map<SharedPartitionRef, List<Acknowledgement>> acknowledged(ShareFetchRequestData data) {
        Map<SharedPartitionRef, List<Acknowledgement>> named = new TreeMap<>();
        data.topics()
                .forEach(topic -> topic.partitions().stream()
                        .filter(partition -> !partition.acknowledgementBatches().isEmpty())
                        .forEach(partition -> named.put(
                                new SharedPartitionRef(topic.topicId(), partition.partitionIndex()),
                                partition.acknowledgementBatches().stream()
                                        .map(batch -> new Acknowledgement(
                                                batch.firstOffset(), batch.lastOffset(), batch.acknowledgeTypes()))
                                        .toList())));
        return named;
    }

    private CompletableFuture<Map<SharedPartitionRef, PartitionData>> fetch(
            ShareFetchRequestData data, Request request, ShareSession session, Predicate<String> readable) {
        Connection connection = request.connection();
        String group = session.member().group();
        int epoch = data.shareSessionEpoch();
        int maxBytes = Math.min(data.maxBytes(), config.maxBytes());
        if (throttle.isOn()) {
            maxBytes = Math.min(maxBytes, throttle.maxFetchBytes(request.quotaClient()));
        }
        ShareFetchLimits limits = new ShareFetchLimits(
                shares.settings().isolation(group),
                Math.min(data.minBytes(), maxBytes),
                maxBytes,
                data.maxRecords(),
                Math.max(1, data.batchSize()),
                request.version() >= FIRST_WITH_RENEW && data.shareAcquireMode() == RECORD_LIMIT,
                data.maxWaitMs());
        Map<SharedPartitionRef, PartitionData> errors = new LinkedHashMap<>();
        Map<SharedPartitionRef, PartitionLog> logs = new LinkedHashMap<>();
        for (SharedPartitionRef ref : shares.sessions().partitions(session, epoch)) {
            Topic topic = topics.byId(ref.topic());
            PartitionLog log = Topic.log(topic, ref.partition());
            if (topic != null && readable != null && !readable.test(topic.name())) {
                errors.put(ref, ShareRead.error(ref.partition(), Errors.TOPIC_AUTHORIZATION_FAILED));
            } else if (log == null) {
                Errors missing = topic == null ? Errors.UNKNOWN_TOPIC_ID : Topic.missing(topic, ref.partition());
                errors.put(ref, ShareRead.error(ref.partition(), missing));
            } else {
                logs.put(ref, log);
            }
        }
        ShareFetchWait wait = new ShareFetchWait(
                session.member().member(),
                limits,
                connection,
                () -> shares.sessions().refusal(session, epoch),
                errors);
        logs.forEach((ref, log) -> wait.add(new ShareRead(
                shares.partition(new SharePartitionId(group, ref.topic(), ref.partition()), log),
                limits.isolation(),
                connection.background(),
                wait.budget(),
                wait.waker())));
        return wait.await();
    }

    private void count(SharedPartitionRef ref, PartitionData answer) {
        int bytes = answer.records().sizeInBytes();
        Topic topic = bytes == 0 ? null : topics.byId(ref.topic());
        if (topic != null) { // it may have been deleted meanwhile
            traffic.sent(topic.name(), bytes);
        }
    }

    private static PartitionData empty(SharedPartitionRef ref) {
        return new PartitionData()
                .setPartitionIndex(ref.partition())
                .setRecords(MemoryRecords.EMPTY)
                .setAcquiredRecords(List.of());
    }
}
