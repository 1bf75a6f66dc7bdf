// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;

/**
 * Handles the heartbeats of members of the consumer protocol (KIP-848), by which they join a group, stay in
 * it, change their subscriptions and leave.
 */
public final class ConsumerGroupHeartbeatHandler implements ApiHandler {
    private final Groups groups;

    /** @param groups the group coordinator */
    public ConsumerGroupHeartbeatHandler(Groups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ConsumerGroupHeartbeatRequest heartbeat = (ConsumerGroupHeartbeatRequest) request.body();
        return groups.consumerHeartbeat(RequestCaller.of(request), heartbeat.data());
    }
}
