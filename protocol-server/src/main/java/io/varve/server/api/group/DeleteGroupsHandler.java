// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteGroupsRequest;

/** Deletes groups that have no members, with their offsets. */
public final class DeleteGroupsHandler implements ApiHandler {
    private final Groups groups;

    /** @param groups the group coordinator */
    public DeleteGroupsHandler(Groups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        DeleteGroupsRequest delete = (DeleteGroupsRequest) request.body();
        return groups.delete(
                        RequestCaller.of(request),
                        delete.data().groupsNames().stream().distinct().toList())
                .thenApply(results -> {
                    ChangeLog.note(
                            request,
                            "deleted groups",
                            results.stream()
                                    .filter(each -> each.errorCode() == Errors.NONE.code())
                                    .map(DeletableGroupResult::groupId)
                                    .toList());
                    return new DeleteGroupsResponseData().setResults(results);
                });
    }
}
