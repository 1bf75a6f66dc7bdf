// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.topic.TopicRef;
import io.varve.server.metadata.topic.TopicResult;
import io.varve.server.quota.MutationQuota;
import io.varve.server.quota.QuotaThrottle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicDeletionDisabledException;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.DeleteTopicsRequest;

/** Deletes topics by name or by id. */
public final class DeleteTopicsHandler implements ApiHandler {
    private static final short FIRST_WITH_IDS = 6;
    private static final short FIRST_WITH_DELETION_DISABLED = 3;

    /** The first version whose clients know the error of an exceeded quota (KIP-599). */
    private static final short FIRST_STRICT = 5;

    private final ClusterMetadata metadata;
    private final QuotaThrottle throttle;

    /**
     * @param metadata decides the changes
     * @param throttle limits how many partitions a client deletes
     */
    public DeleteTopicsHandler(ClusterMetadata metadata, QuotaThrottle throttle) {
        this.metadata = metadata;
        this.throttle = throttle;
    }

    @Override
    public CompletionStage<DeleteTopicsResponseData> handle(Request request) {
        if (!metadata.config().topics().delete()) {
            return CompletableFuture.failedFuture(
                    request.version() < FIRST_WITH_DELETION_DISABLED
                            ? new InvalidRequestException("Topic deletion is disabled.")
                            : new TopicDeletionDisabledException());
        }
        List<TopicRef> asked = asked(((DeleteTopicsRequest) request.body()).data(), request.version());
        DeleteTopicsResponseData response = new DeleteTopicsResponseData();
        List<TopicRef> wanted = new ArrayList<>();
        Map<TopicRef, Integer> mentions = new HashMap<>();
        asked.forEach(ref -> mentions.merge(ref, 1, Integer::sum));
        mentions.forEach((ref, count) -> {
            String mistake = mistake(ref, count);
            if (mistake == null) {
                wanted.add(ref);
            } else {
                response.responses().add(result(ref.name(), ref.id(), new ApiError(Errors.INVALID_REQUEST, mistake)));
            }
        });
        MutationQuota quota = throttle.mutations(request.quotaClient(), request.version() >= FIRST_STRICT);
        return metadata.deleteTopics(wanted, quota).thenApply(outcomes -> {
            for (TopicResult outcome : outcomes) {
                response.responses().add(result(outcome.name(), outcome.id(), outcome.error()));
            }
            ChangeLog.note(request, "deleted topics", TopicResult.done(outcomes));
            return response.setThrottleTimeMs(quota.throttleMs());
        });
    }

    private static List<TopicRef> asked(DeleteTopicsRequestData data, short version) {
        if (version < FIRST_WITH_IDS) {
            return data.topicNames().stream().map(TopicRef::named).toList();
        }
        List<TopicRef> asked = new ArrayList<>();
        for (DeleteTopicState topic : data.topics()) {
            asked.add(new TopicRef(topic.name(), topic.topicId()));
        }
        return asked;
    }

    private static String mistake(TopicRef ref, int count) {
        boolean byId = !Uuid.ZERO_UUID.equals(ref.id());
        if (byId && ref.name() != null) {
            return "You may not specify both topic name and topic id.";
        }
        if (!byId && ref.name() == null) {
            return "Neither topic name nor id were specified.";
        }
        if (count > 1) {
            return byId ? "Duplicate topic id." : "Duplicate topic name.";
        }
        return null;
    }

    /**
     * @param name the topic's name, or null
     * @param id its id, or zero
     * @param error the outcome
     * @return the answer about it
     */
    public static DeletableTopicResult result(String name, Uuid id, ApiError error) {
        return new Result()
                .setName(name)
                .setTopicId(id)
                .setErrorCode(error.error().code())
                .setErrorMessage(error.isFailure() ? error.messageWithFallback() : null);
    }

    /** A result with an identity hash code: clients cannot make it collide, which takes quadratic time. */
    private static final class Result extends DeletableTopicResult {
        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }
}
