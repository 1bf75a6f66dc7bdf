// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.LeaveGroupRequest;
import org.apache.kafka.common.requests.LeaveGroupResponse;

/** Removes members from a classic group: one before version 3, several from version 3 on (KIP-345). */
public final class LeaveGroupHandler implements ApiHandler {
    private final Groups groups;

    /** @param groups the group coordinator */
    public LeaveGroupHandler(Groups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        LeaveGroupRequest leave = (LeaveGroupRequest) request.body();
        return groups.leave(RequestCaller.of(request), leave.normalizedData())
                .thenApply(data -> new LeaveGroupResponse(data, request.version()).data());
    }
}
