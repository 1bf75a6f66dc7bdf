// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.producerid;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.List;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Reserves the next block of producer ids, and answers with its first id.
 *
 * @param nodeId the node that gives them out
 */
public record ReserveProducerIds(int nodeId) implements Command<MetadataState, ApiMessageAndVersion, Long> {
    @Override
    public Decision<ApiMessageAndVersion, Long> decide(MetadataState state) {
        long first = state.nextProducerId();
        return new Decision<>(List.of(MetadataEvents.producerIds(nodeId, first + ProducerIdBlocks.SIZE)), () -> first);
    }
}
