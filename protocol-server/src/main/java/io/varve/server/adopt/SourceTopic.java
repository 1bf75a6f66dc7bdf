// SPDX-License-Identifier: Apache-2.0
package io.varve.server.adopt;

import io.varve.server.metadata.kraft.KafkaTopic;
import java.util.ArrayList;
import java.util.List;

/**
 * A topic to be taken over.
 *
 * @param topic what it is
 * @param partitions what its partitions hold, by partition number
 */
record SourceTopic(KafkaTopic topic, List<Survey> partitions) {
    SourceTopic {
        partitions = List.copyOf(partitions);
    }

    /** @return the topic under the leader that follows: its epochs are above every one a client or a batch may know */
    KafkaTopic underNextLeader() {
        List<KafkaTopic.Partition> next = new ArrayList<>();
        for (int p = 0; p < partitions.size(); p++) {
            KafkaTopic.Partition before = topic.partitions().get(p);
            int epoch = Math.max(before.leaderEpoch(), partitions.get(p).leaderEpoch()) + 1;
            next.add(new KafkaTopic.Partition(epoch, before.replicas(), before.complete()));
        }
        return new KafkaTopic(topic.name(), topic.id(), topic.configs(), next);
    }
}
