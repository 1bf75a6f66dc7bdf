// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.start;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.core.spi.PartitionId;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import io.varve.server.metadata.log.TopicIds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Raises the leader epochs of partitions whose offsets may get other records than consumers have read there.
 * After an unclean shutdown of a server that showed records before they were durable, these are all
 * partitions; otherwise they are those that are created anew, or are restored without their last records.
 * Sets or removes the flag for the server that starts.
 *
 * @param nodeId this broker
 * @param mayLoseVisibleRecords whether the server that starts shows records before they are durable
 * @param anew partitions that were lost, whole or in part
 */
record RaiseLeaderEpochs(int nodeId, boolean mayLoseVisibleRecords, List<PartitionId> anew)
        implements Command<MetadataState, ApiMessageAndVersion, Integer> {
    private static final String YES = "true";

    @Override
    public Decision<ApiMessageAndVersion, Integer> decide(MetadataState state) {
        List<ApiMessageAndVersion> events = new ArrayList<>();
        boolean all = state.isRunUnfinished();
        Set<PartitionId> lost = new HashSet<>(anew);
        for (TopicImage topic : state.image().topics().topicsById().values()) {
            for (int partition : topic.partitions().keySet()) {
                if (all || lost.contains(TopicIds.partition(topic, partition))) {
                    events.add(MetadataEvents.nextLeaderEpoch(topic.id(), partition, nodeId));
                }
            }
        }
        int raised = events.size();
        if (all != mayLoseVisibleRecords) {
            events.add(flagEvent(mayLoseVisibleRecords));
        }
        return new Decision<>(events, () -> raised);
    }

    /** @return the event that sets or removes the flag of an unclean shutdown */
    static ApiMessageAndVersion flagEvent(boolean set) {
        return MetadataEvents.config(MetadataEvents.CLUSTER, MetadataEvents.UNFINISHED_RUN, set ? YES : null);
    }
}
