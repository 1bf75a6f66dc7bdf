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
 * What a produce request as a whole may not do in a transaction, found before anything is appended.
 * Stateless.
 */
final class TransactionalRequestCheck {
    private static final long NONE = Long.MIN_VALUE;

    private TransactionalRequestCheck() {}

    /**
     * Looks at the batches' headers; those that are none are left to {@link ClientBatch}.
     *
     * @throws org.apache.kafka.common.errors.TransactionalIdAuthorizationException if a batch belongs to a
     *     transaction and the request does not say to which
     * @throws org.apache.kafka.common.errors.InvalidPidMappingException if batches of several producers
     *     belong to it
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

    private static boolean isTransactional(PartitionProduceData partition) {
        if (!(partition.records() instanceof MemoryRecords records) || records.sizeInBytes() < BatchHeader.SIZE) {
            return false;
        }
        ByteBuffer bytes = records.buffer();
        int at = bytes.position();
        return BatchHeader.magic(bytes, at) == BatchHeader.MAGIC && BatchHeader.isTransactional(bytes, at);
    }
}
