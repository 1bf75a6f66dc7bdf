// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.record.BatchHeader;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Refuses a produce request whose batches cannot belong to one transaction, before any batch is appended.
 * Stateless.
 */
public final class TransactionalRequestCheck {
    private static final long NONE = Long.MIN_VALUE;

    private TransactionalRequestCheck() {}

    /**
     * Checks the headers of all batches. Leaves a malformed header to {@link ClientBatch}.
     *
     * @param data body of the request
     * @throws org.apache.kafka.common.errors.TransactionalIdAuthorizationException if a batch is
     *     transactional, and the request names no transactional id
     * @throws org.apache.kafka.common.errors.InvalidPidMappingException if the transactional batches have
     *     several producers
     */
    static void check(ProduceRequestData data) {
        long producer = NONE;
        for (TopicProduceData topic : data.topicData()) {
            for (PartitionProduceData partition : topic.partitionData()) {
                if (!isTransactional(partition)) {
                    continue;
                }
                if (data.transactionalId() == null) {
                    throw Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.exception(
                            "a batch belongs to a transaction, but the request names no transactional id");
                }
                ByteBuffer bytes = ((MemoryRecords) partition.records()).buffer();
                long next = BatchHeader.producerId(bytes, bytes.position());
                if (producer != NONE && producer != next) {
                    throw Errors.INVALID_PRODUCER_ID_MAPPING.exception(
                            "batches of producers " + producer + " and " + next + " cannot be of one transaction");
                }
                producer = next;
            }
        }
    }

    /** @return true if a producer's batch, its first one, belongs to a transaction */
    public static boolean isTransactional(PartitionProduceData partition) {
        if (!(partition.records() instanceof MemoryRecords records) || records.sizeInBytes() < BatchHeader.SIZE) {
            return false;
        }
        ByteBuffer bytes = records.buffer();
        int at = bytes.position();
        return BatchHeader.magic(bytes, at) == BatchHeader.MAGIC && BatchHeader.isTransactional(bytes, at);
    }
}
