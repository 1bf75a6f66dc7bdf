// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.log.PartitionLog;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;

/**
 * Keeps an event loop from waiting for a device: where a storage has no room for what a request brings before it has synced what it has, the
 * request is served on a worker thread. Its connection waits, as it should, and no other does. Stateless.
 */
final class AppendBackpressure {
    private AppendBackpressure() {}

    /**
     * Waits for room on a worker thread, before anything goes to the loop.
     *
     * @throws HeavyRequestException on a loop, if one of the logs would let the request's bytes wait
     */
    static void require(ProduceRequestData data, Request request, Topics topics) {
        int bytes = 0;
        for (TopicProduceData wanted : data.topicData()) {
            for (PartitionProduceData partition : wanted.partitionData()) {
                bytes += partition.records() == null ? 0 : partition.records().sizeInBytes();
            }
        }
        boolean byId = request.version() >= ProduceVersions.FIRST_WITH_TOPIC_IDS;
        for (TopicProduceData wanted : data.topicData()) {
            Topic topic = byId ? topics.byId(wanted.topicId()) : topics.byName(wanted.name());
            for (PartitionProduceData partition : wanted.partitionData()) {
                PartitionLog log = Topic.log(topic, partition.index());
                if (log != null && request.background()) {
                    log.appender().awaitSpace(bytes);
                } else if (log != null && log.appender().appendWaits(bytes)) {
                    throw new HeavyRequestException("what it appends has to wait for the storage");
                }
            }
        }
    }
}
