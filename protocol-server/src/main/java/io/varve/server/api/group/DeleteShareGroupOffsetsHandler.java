// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.ShareGroups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.DeleteShareGroupOffsetsRequest;

/** Deletes what a share group without members keeps of topics (KIP-932). */
public final class DeleteShareGroupOffsetsHandler implements ApiHandler {
    private final ShareGroups groups;

    /** @param groups the share groups */
    public DeleteShareGroupOffsetsHandler(ShareGroups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        return groups.deleteOffsets(
                RequestCaller.of(request), ((DeleteShareGroupOffsetsRequest) request.body()).data());
    }
}
