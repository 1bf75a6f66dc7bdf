// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.cluster.FindCoordinatorHandler;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.group.Groups;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.txn.Transactions;
import java.util.List;

/** The group APIs served. */
public final class GroupApis {
    private GroupApis() {}

    /**
     * @param groups what the APIs are about
     * @param transactions looked up as groups are
     * @param topics tells which topics exist
     * @param self this broker, the coordinator of all of them
     * @return one handler for each API
     */
    public static List<ApiHandler> handlers(Groups groups, Transactions transactions, Topics topics, ClusterInfo self) {
        return List.of(
                new FindCoordinatorHandler(groups, transactions, self),
                new JoinGroupHandler(groups),
                new SyncGroupHandler(groups),
                new HeartbeatHandler(groups),
                new LeaveGroupHandler(groups),
                new OffsetCommitHandler(groups, topics),
                new OffsetFetchHandler(groups, topics),
                new OffsetDeleteHandler(groups, topics),
                new DescribeGroupsHandler(groups),
                new ListGroupsHandler(groups),
                new DeleteGroupsHandler(groups),
                new ConsumerGroupHeartbeatHandler(groups),
                new ConsumerGroupDescribeHandler(groups));
    }
}
