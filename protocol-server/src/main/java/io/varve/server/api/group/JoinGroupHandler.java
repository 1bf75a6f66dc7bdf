// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.JoinGroupResponse;

/** Lets members join a classic group; answers when the rebalance has gathered the group's members. */
public final class JoinGroupHandler implements ApiHandler {
    private final Groups groups;

    /** @param groups the group coordinator */
    public JoinGroupHandler(Groups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        JoinGroupRequest join = (JoinGroupRequest) request.body();
        // The response class knows what versions before 7 cannot say: a missing protocol name.
        return groups.join(RequestCaller.of(request), join.data())
                .thenApply(data -> new JoinGroupResponse(data, request.version()).data());
    }
}
