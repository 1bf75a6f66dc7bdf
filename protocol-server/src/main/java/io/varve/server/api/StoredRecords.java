// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.spi.BatchSlice;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/**
 * Stored batches inside a response: the network sends them from where they lie (a file region, or memory) and closes the slice
 * when they are sent, or cannot be.
 */
public final class StoredRecords implements BaseRecords, AutoCloseable {
    private final BatchSlice slice;

    /** @param slice the batches, not empty; owned by this object from now on */
    public StoredRecords(BatchSlice slice) {
        this.slice = slice;
    }

    /** @return the batches */
    public BatchSlice slice() {
        return slice;
    }

    @Override
    public int sizeInBytes() {
        return slice.sizeInBytes();
    }

    /** @throws UnsupportedOperationException always: Kafka's own network code is not used */
    @Override
    public RecordsSend<? extends BaseRecords> toSend() {
        throw new UnsupportedOperationException("stored records are sent by the server's own network code");
    }

    /** Gives the bytes back. */
    @Override
    public void close() {
        slice.close();
    }
}
