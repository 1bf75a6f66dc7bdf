// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.ListGroupsRequest;

/** Lists groups, filtered by state (KIP-518) and type (KIP-848). */
public final class ListGroupsHandler implements ApiHandler {
    private final Groups groups;

    /** @param groups the group coordinator */
    public ListGroupsHandler(Groups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ListGroupsRequest list = (ListGroupsRequest) request.body();
        return groups.list(RequestCaller.of(request), list.data());
    }
}
