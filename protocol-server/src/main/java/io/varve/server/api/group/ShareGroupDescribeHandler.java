// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.ShareGroups;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.ShareGroupDescribeRequest;

/** Describes share groups (KIP-932): their members and what each is assigned. */
public final class ShareGroupDescribeHandler implements ApiHandler {
    private final ShareGroups groups;

    /** @param groups the share groups */
    public ShareGroupDescribeHandler(ShareGroups groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ShareGroupDescribeRequest describe = (ShareGroupDescribeRequest) request.body();
        return groups.describe(
                        RequestCaller.of(request),
                        describe.data().groupIds().stream().distinct().toList())
                .thenApply(described -> new ShareGroupDescribeResponseData()
                        .setGroups(GroupOperations.shown(
                                describe.data().includeAuthorizedOperations(),
                                described,
                                ShareGroupDescribeResponseData.DescribedGroup::errorCode,
                                ShareGroupDescribeResponseData.DescribedGroup::setAuthorizedOperations)));
    }
}
