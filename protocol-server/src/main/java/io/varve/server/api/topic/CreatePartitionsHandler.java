// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.topic.NewPartitions;
import io.varve.server.metadata.topic.TopicResult;
import io.varve.server.quota.MutationQuota;
import io.varve.server.quota.QuotaThrottle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.CreatePartitionsRequest;

/** Adds partitions to topics. */
public final class CreatePartitionsHandler implements ApiHandler {
    /** The first version whose clients know the error of an exceeded quota (KIP-599). */
    private static final short FIRST_STRICT = 3;

    private final ClusterMetadata metadata;
    private final QuotaThrottle throttle;

    /**
     * @param metadata decides the changes
     * @param throttle limits how many partitions a client adds
     */
    public CreatePartitionsHandler(ClusterMetadata metadata, QuotaThrottle throttle) {
        this.metadata = metadata;
        this.throttle = throttle;
    }

    @Override
    public CompletionStage<CreatePartitionsResponseData> handle(Request request) {
        CreatePartitionsRequestData asked = ((CreatePartitionsRequest) request.body()).data();
        CreatePartitionsResponseData response = new CreatePartitionsResponseData();
        Map<String, CreatePartitionsTopic> topics = new LinkedHashMap<>();
        Set<String> duplicates = new LinkedHashSet<>();
        asked.topics().forEach(topic -> {
            if (topics.putIfAbsent(topic.name(), topic) != null) {
                duplicates.add(topic.name());
            }
        });
        topics.keySet().removeAll(duplicates);
        ApiError twice = new ApiError(Errors.INVALID_REQUEST, "Duplicate topic name.");
        duplicates.forEach(name -> response.results().add(result(name, twice)));
        List<NewPartitions> wanted = new ArrayList<>(topics.size());
        for (CreatePartitionsTopic topic : topics.values()) {
            wanted.add(new NewPartitions(topic.name(), topic.count(), assignments(topic)));
        }
        MutationQuota quota = throttle.mutations(request.quotaClient(), request.version() >= FIRST_STRICT);
        return metadata.createPartitions(wanted, asked.validateOnly(), quota).thenApply(outcomes -> {
            outcomes.forEach(outcome -> response.results().add(result(outcome.name(), outcome.error())));
            if (!asked.validateOnly()) {
                ChangeLog.note(request, "added partitions to topics", TopicResult.done(outcomes));
            }
            return response.setThrottleTimeMs(quota.throttleMs());
        });
    }

    private static List<List<Integer>> assignments(CreatePartitionsTopic topic) {
        return topic.assignments() == null
                ? null
                : topic.assignments().stream()
                        .map(CreatePartitionsAssignment::brokerIds)
                        .toList();
    }

    private static CreatePartitionsTopicResult result(String name, ApiError error) {
        return new CreatePartitionsTopicResult()
                .setName(name)
                .setErrorCode(error.error().code())
                .setErrorMessage(error.message());
    }
}
