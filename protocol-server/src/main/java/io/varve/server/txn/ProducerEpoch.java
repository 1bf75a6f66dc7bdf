// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * The id and epoch by which a producer names itself.
 *
 * @param id producer id, or -1
 * @param epoch producer epoch, or -1
 */
public record ProducerEpoch(long id, short epoch) {
    /** No producer. */
    public static final ProducerEpoch NONE =
            new ProducerEpoch(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH);

    /** @return whether this names a producer */
    public boolean isPresent() {
        return id != RecordBatch.NO_PRODUCER_ID;
    }
}
