// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import io.varve.server.pattern.PatternLimits;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;

/**
 * Handles the heartbeats of members of the consumer protocol (KIP-848), by which they join a group, stay in
 * it, change their subscriptions and leave.
 */
public final class ConsumerGroupHeartbeatHandler implements ApiHandler {
    private final Groups groups;
    private final BooleanSupplier served;

    /**
     * @param groups the group coordinator
     * @param served false while {@code group.version} is 0: clients then fall back to the classic protocol
     */
    public ConsumerGroupHeartbeatHandler(Groups groups, BooleanSupplier served) {
        this.groups = groups;
        this.served = served;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ConsumerGroupHeartbeatRequest heartbeat = (ConsumerGroupHeartbeatRequest) request.body();
        if (!served.getAsBoolean()) {
            throw Errors.UNSUPPORTED_VERSION.exception();
        }
        String regex = heartbeat.data().subscribedTopicRegex();
        if (regex != null && PatternLimits.LONG.areExceededBy(regex)) {
            throw new InvalidRegularExpression("SubscribedTopicRegex is too large a regular expression.");
        }
        return groups.consumerHeartbeat(RequestCaller.of(request), heartbeat.data());
    }
}
