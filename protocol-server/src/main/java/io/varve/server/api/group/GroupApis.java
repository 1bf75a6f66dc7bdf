// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.group.Groups;
import io.varve.server.metadata.ClusterInfo;
import io.varve.server.metadata.Topics;
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
                new FindCoordinator(groups, transactions, self),
                new JoinGroup(groups),
                new SyncGroup(groups),
                new Heartbeat(groups),
                new LeaveGroup(groups),
                new OffsetCommit(groups, topics),
                new OffsetFetch(groups, topics),
                new OffsetDelete(groups, topics),
                new DescribeGroups(groups),
                new ListGroups(groups),
                new DeleteGroups(groups),
                new ConsumerGroupHeartbeat(groups),
                new ConsumerGroupDescribe(groups));
    }
}
