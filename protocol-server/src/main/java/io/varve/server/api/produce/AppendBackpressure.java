// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.log.PartitionLog;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;

/**
 * Keeps an event loop from waiting for a device: where a storage takes what a request brings only when it has
 * synced what it has, the request is served on a worker thread. Its connection waits, as it should, and no
 * other does. Stateless.
 */
final class AppendBackpressure {
    private AppendBackpressure() {}

    /**
     * Waits on a worker thread until the logs take the request's bytes, before anything goes to the loop.
     *
     * @param data the request
     * @param request the same, as it came
     * @param appends what it brings for each partition
     * @throws HeavyRequestException on a loop, if one of the logs would let the request's bytes wait
     */
    static void await(ProduceRequestData data, Request request, List<PartitionAppend> appends) {
        int bytes = bytes(data);
        for (PartitionAppend append : appends) {
            PartitionLog log = append.log();
            if (log != null && request.background()) {
                log.appender().awaitSpace(bytes);
            } else if (log != null && log.appender().appendWaits(bytes)) {
                throw new HeavyRequestException("what it appends has to wait for the storage");
            }
        }
    }

    private static int bytes(ProduceRequestData data) {
        int bytes = 0;
        for (TopicProduceData topic : data.topicData()) {
            for (PartitionProduceData partition : topic.partitionData()) {
                bytes += partition.records() == null ? 0 : partition.records().sizeInBytes();
            }
        }
        return bytes;
    }
}
