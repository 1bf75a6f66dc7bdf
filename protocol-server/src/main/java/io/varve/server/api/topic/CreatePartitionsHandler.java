// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.MorePartitions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.CreatePartitionsRequest;

/** CreatePartitions: gives topics more partitions. */
final class CreatePartitionsHandler implements ApiHandler {
    private final ClusterMetadata metadata;

    CreatePartitionsHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.CREATE_PARTITIONS;
    }

    @Override
    public CompletionStage<CreatePartitionsResponseData> handle(Request request) {
        CreatePartitionsRequestData asked = ((CreatePartitionsRequest) request.body()).data();
        CreatePartitionsResponseData response = new CreatePartitionsResponseData();
        List<MorePartitions> wanted = new ArrayList<>();
        Set<String> duplicates = new HashSet<>();
        for (CreatePartitionsTopic topic : asked.topics()) {
            if (asked.topics().findAll(topic.name()).size() == 1) {
                wanted.add(new MorePartitions(topic.name(), topic.count(), assignments(topic)));
            } else if (duplicates.add(topic.name())) {
                ApiError error = new ApiError(Errors.INVALID_REQUEST, "Duplicate topic name.");
                response.results().add(result(topic.name(), error));
            }
        }
        return metadata.createPartitions(wanted, asked.validateOnly()).thenApply(outcomes -> {
            outcomes.forEach(outcome -> response.results().add(result(outcome.name(), outcome.error())));
            return response;
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
                .setErrorMessage(error.isFailure() ? error.messageWithFallback() : null);
    }
}
