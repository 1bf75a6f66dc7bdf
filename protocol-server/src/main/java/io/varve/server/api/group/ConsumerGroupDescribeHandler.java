// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupDescribeRequest;

/** Describes groups of the consumer protocol (KIP-848). */
public final class ConsumerGroupDescribeHandler implements ApiHandler {
    private final Groups groups;
    private final BooleanSupplier served;

    /**
     * @param groups the group coordinator
     * @param served false while {@code group.version} is 0: clients then fall back to the classic protocol
     */
    public ConsumerGroupDescribeHandler(Groups groups, BooleanSupplier served) {
        this.groups = groups;
        this.served = served;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ConsumerGroupDescribeRequest describe = (ConsumerGroupDescribeRequest) request.body();
        if (!served.getAsBoolean()) {
            throw Errors.UNSUPPORTED_VERSION.exception();
        }
        return groups.describeConsumerGroups(
                        RequestCaller.of(request),
                        describe.data().groupIds().stream().distinct().toList())
                .thenApply(described -> new ConsumerGroupDescribeResponseData()
                        .setGroups(GroupOperations.shown(
                                describe.data().includeAuthorizedOperations(),
                                described,
                                ConsumerGroupDescribeResponseData.DescribedGroup::errorCode,
                                ConsumerGroupDescribeResponseData.DescribedGroup::setAuthorizedOperations)));
    }
}
