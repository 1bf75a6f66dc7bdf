// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.JoinGroupResponse;

/** Lets members join a classic group; responds when all members have joined the rebalance. */
public final class JoinGroupHandler implements ApiHandler {
    private final Groups groups;

    /** @param groups the group coordinator */
    public JoinGroupHandler(Groups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        JoinGroupRequest join = (JoinGroupRequest) request.body();
        // Kafka's response class replaces a null protocol name, which versions before 7 cannot encode.
        return groups.join(RequestCaller.of(request), join.data())
                .thenApply(data -> new JoinGroupResponse(data, request.version()).data());
    }
}
