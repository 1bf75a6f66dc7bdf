// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.api.share.MemberIds;
import io.varve.server.group.ShareGroups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.ShareGroupHeartbeatRequest;

/**
 * Handles the heartbeats of members of share groups (KIP-932), by which they join a group, stay in it, change
 * their subscriptions and leave.
 */
public final class ShareGroupHeartbeatHandler implements ApiHandler {
    private final ShareGroups groups;

    /** @param groups the share groups */
    public ShareGroupHeartbeatHandler(ShareGroups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ShareGroupHeartbeatRequest heartbeat = (ShareGroupHeartbeatRequest) request.body();
        MemberIds.checked(heartbeat.data().memberId());
        return groups.heartbeat(RequestCaller.of(request), heartbeat.data());
    }
}
