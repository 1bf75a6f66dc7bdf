// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.SyncGroupRequest;

/** Returns the assignments of members of a classic group; responds when the leader has sent them. */
public final class SyncGroupHandler implements ApiHandler {
    private final Groups groups;

    /** @param groups the group coordinator */
    public SyncGroupHandler(Groups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        SyncGroupRequest sync = (SyncGroupRequest) request.body();
        if (!sync.areMandatoryProtocolTypeAndNamePresent()) {
            throw new InconsistentGroupProtocolException("protocol type and name are mandatory from version 5 on");
        }
        return groups.sync(RequestCaller.of(request), sync.data());
    }
}
