// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.server.share.ShareGroupSettings;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.requests.ShareGroupHeartbeatRequest;

/**
 * Serves the membership and the start offsets of share groups (KIP-932); records are delivered elsewhere.
 * Futures fail and complete as those of {@link Groups}. Thread-safe; no method blocks.
 */
public final class ShareGroups {
    private final Groups groups;
    private final ShareGroupSettings settings;

    ShareGroups(Groups groups, ShareGroupSettings settings) {
        this.groups = groups;
        this.settings = settings;
    }

    /** @return the settings of share groups, as they are now */
    public ShareGroupSettings settings() {
        return settings;
    }

    /** @return the answer to a ShareGroupHeartbeat */
    public CompletableFuture<ShareGroupHeartbeatResponseData> heartbeat(
            GroupRequestContext context, ShareGroupHeartbeatRequestData request) {
        return groups.serveMember(
                context,
                request.groupId(),
                request.memberEpoch() == ShareGroupHeartbeatRequest.JOIN_GROUP_MEMBER_EPOCH,
                service -> service.shareGroupHeartbeat(context, request));
    }

    /** @return one entry for each group id, in any order */
    public CompletableFuture<List<ShareGroupDescribeResponseData.DescribedGroup>> describe(
            GroupRequestContext context, List<String> groupIds) {
        return groups.serve(service -> service.shareGroupDescribe(context, groupIds));
    }

    /**
     * @param request the partitions of a group; null topics mean all that the group has read
     * @return their start offsets and lags
     */
    public CompletableFuture<DescribeShareGroupOffsetsResponseGroup> describeOffsets(
            GroupRequestContext context, DescribeShareGroupOffsetsRequestGroup request) {
        return groups.serve(service -> request.topics() == null
                ? service.describeShareGroupAllOffsets(context, request)
                : service.describeShareGroupOffsets(context, request));
    }

    /**
     * @param request names existing topics only
     * @return the answer to an AlterShareGroupOffsets, when the new start offsets are durable
     */
    public CompletableFuture<AlterShareGroupOffsetsResponseData> alterOffsets(
            GroupRequestContext context, AlterShareGroupOffsetsRequestData request) {
        return groups.serveNew(
                context,
                request.groupId(),
                GroupMaxSizeReachedException::new,
                service -> service.alterShareGroupOffsets(context, request.groupId(), request));
    }

    /** @return the answer to a DeleteShareGroupOffsets, when the deletion is durable */
    public CompletableFuture<DeleteShareGroupOffsetsResponseData> deleteOffsets(
            GroupRequestContext context, DeleteShareGroupOffsetsRequestData request) {
        return groups.serve(service -> service.deleteShareGroupOffsets(context, request));
    }
}
