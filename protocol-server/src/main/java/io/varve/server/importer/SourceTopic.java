// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import io.varve.server.metadata.kraft.KraftTopic;
import java.util.ArrayList;
import java.util.List;

/**
 * A topic to be imported.
 *
 * @param topic the topic as Kafka's metadata describes it
 * @param partitions its partitions' logs, by partition number
 */
record SourceTopic(KraftTopic topic, List<SourcePartition> partitions) {
    SourceTopic {
        partitions = List.copyOf(partitions);
    }

    /**
     * @return the topic under the next leader: the leader epoch of each partition is above any that a client
     *     or a batch knows
     */
    KraftTopic underNextLeader() {
        List<KraftTopic.Partition> next = new ArrayList<>();
        for (int p = 0; p < partitions.size(); p++) {
            KraftTopic.Partition before = topic.partitions().get(p);
            int epoch = Math.max(before.leaderEpoch(), partitions.get(p).leaderEpoch()) + 1;
            next.add(new KraftTopic.Partition(epoch, before.replicas(), before.complete()));
        }
        return new KraftTopic(topic.name(), topic.id(), topic.configs(), next);
    }
}
