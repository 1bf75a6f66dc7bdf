// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.HeartbeatRequest;

/** Handles the heartbeats of members of classic groups. */
public final class HeartbeatHandler implements ApiHandler {
    private final Groups groups;

    /** @param groups the group coordinator */
    public HeartbeatHandler(Groups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        HeartbeatRequest heartbeat = (HeartbeatRequest) request.body();
        return groups.heartbeat(RequestCaller.of(request), heartbeat.data());
    }
}
