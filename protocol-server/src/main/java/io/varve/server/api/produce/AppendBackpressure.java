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
 * Hands a request to a worker thread when its appends would wait for the storage to sync earlier data. The
 * event loop never waits for earlier data: only the request's own connection does. Stateless.
 */
final class AppendBackpressure {
    private AppendBackpressure() {}

    /**
     * Waits, on a worker thread, until the logs accept the bytes of a request. On an event loop it does not
     * wait.
     *
     * @param data body of the request
     * @param request the request
     * @param appends the request's batches, by partition
     * @throws HeavyRequestException on an event loop, if one of the logs would make the request wait
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
