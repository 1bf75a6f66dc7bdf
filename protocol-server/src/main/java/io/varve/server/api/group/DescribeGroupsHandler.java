// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeGroupsRequest;

/** Describes classic groups, their members and the assignments of these. */
public final class DescribeGroupsHandler implements ApiHandler {
    private final Groups groups;

    /** @param groups the group coordinator */
    public DescribeGroupsHandler(Groups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        DescribeGroupsRequest describe = (DescribeGroupsRequest) request.body();
        return groups.describe(
                        RequestCaller.of(request),
                        describe.data().groups().stream().distinct().toList())
                .thenApply(described -> {
                    if (describe.data().includeAuthorizedOperations()) {
                        described.stream()
                                .filter(group -> group.errorCode() == Errors.NONE.code())
                                .forEach(group -> group.setAuthorizedOperations(GroupOperations.ALL));
                    }
                    return new DescribeGroupsResponseData().setGroups(described);
                });
    }
}
