// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupDescribeRequest;

/** Describes groups of the consumer protocol (KIP-848). */
public final class ConsumerGroupDescribeHandler implements ApiHandler {
    private final Groups groups;

    /** @param groups the group coordinator */
    public ConsumerGroupDescribeHandler(Groups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ConsumerGroupDescribeRequest describe = (ConsumerGroupDescribeRequest) request.body();
        return groups.describeConsumerGroups(
                        RequestCaller.of(request),
                        describe.data().groupIds().stream().distinct().toList())
                .thenApply(described -> {
                    if (describe.data().includeAuthorizedOperations()) {
                        described.stream()
                                .filter(group -> group.errorCode() == Errors.NONE.code())
                                .forEach(group -> group.setAuthorizedOperations(GroupOperations.ALL));
                    }
                    return new ConsumerGroupDescribeResponseData().setGroups(described);
                });
    }
}
