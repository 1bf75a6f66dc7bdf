// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.group.ShareGroups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData.DeleteShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
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
        DeleteShareGroupOffsetsRequestData data = ((DeleteShareGroupOffsetsRequest) request.body()).data();
        return groups.deleteOffsets(RequestCaller.of(request), data).thenApply(deleted -> {
            ChangeLog.note(
                    request,
                    "deleted offsets of share group " + data.groupId() + " in",
                    deleted.responses().stream()
                            .filter(topic -> topic.errorCode() == Errors.NONE.code())
                            .map(DeleteShareGroupOffsetsResponseTopic::topicName)
                            .toList());
            return deleted;
        });
    }
}
