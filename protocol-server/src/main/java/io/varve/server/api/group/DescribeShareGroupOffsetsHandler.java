// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.FutureLists;
import io.varve.server.api.Request;
import io.varve.server.group.GroupRequestContext;
import io.varve.server.group.ShareGroups;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeShareGroupOffsetsRequest;

/** Describes the start offsets and lags of share groups (KIP-932, KIP-1226). */
public final class DescribeShareGroupOffsetsHandler implements ApiHandler {
    private final ShareGroups groups;

    /** @param groups the share groups */
    public DescribeShareGroupOffsetsHandler(ShareGroups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        GroupRequestContext caller = RequestCaller.of(request);
        List<CompletableFuture<DescribeShareGroupOffsetsResponseGroup>> described = ((DescribeShareGroupOffsetsRequest)
                        request.body())
                .groups().stream().map(group -> describe(caller, group)).toList();
        return FutureLists.all(described).thenApply(all -> new DescribeShareGroupOffsetsResponseData().setGroups(all));
    }

    private CompletableFuture<DescribeShareGroupOffsetsResponseGroup> describe(
            GroupRequestContext caller, DescribeShareGroupOffsetsRequestGroup group) {
        if (group.topics() != null && group.topics().isEmpty()) {
            return CompletableFuture.completedFuture(
                    new DescribeShareGroupOffsetsResponseGroup().setGroupId(group.groupId()));
        }
        return groups.describeOffsets(caller, group).exceptionally(failure -> {
            Errors error = Errors.forException(failure);
            return new DescribeShareGroupOffsetsResponseGroup()
                    .setGroupId(group.groupId())
                    .setErrorCode(error.code())
                    .setErrorMessage(error.message());
        });
    }
}
