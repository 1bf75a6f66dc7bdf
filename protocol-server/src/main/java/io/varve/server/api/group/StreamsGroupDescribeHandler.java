// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.StreamsGroups;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.StreamsGroupDescribeRequest;

/** Describes streams groups (KIP-1071): members, tasks and topologies. */
public final class StreamsGroupDescribeHandler implements ApiHandler {
    private final StreamsGroups groups;
    private final BooleanSupplier served;

    /**
     * @param groups the streams groups
     * @param served false while {@code streams.version} is 0
     */
    public StreamsGroupDescribeHandler(StreamsGroups groups, BooleanSupplier served) {
        this.groups = groups;
        this.served = served;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        StreamsGroupDescribeRequest describe = (StreamsGroupDescribeRequest) request.body();
        if (!served.getAsBoolean()) {
            throw Errors.UNSUPPORTED_VERSION.exception();
        }
        return groups.describe(
                        RequestCaller.of(request),
                        describe.data().groupIds().stream().distinct().toList())
                .thenApply(described -> new StreamsGroupDescribeResponseData()
                        .setGroups(GroupOperations.shown(
                                describe.data().includeAuthorizedOperations(),
                                described,
                                StreamsGroupDescribeResponseData.DescribedGroup::errorCode,
                                StreamsGroupDescribeResponseData.DescribedGroup::setAuthorizedOperations)));
    }
}
