// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.spi.BatchSlice;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/**
 * Stored batches in a response. The network sends them without a copy, from a file region or from memory, and
 * closes them when they are sent or cannot be sent. Not thread-safe.
 */
public final class SliceRecords implements BaseRecords, AutoCloseable {
    private final BatchSlice slice;
    private boolean closed;

    /** @param slice the batches, at least one; owned by this object from now on */
    public SliceRecords(BatchSlice slice) {
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

    /** Closes the slice; a second call does nothing, because a slice must not be closed twice. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            slice.close();
        }
    }

    /**
     * Closes all stored batches in a response that will not be sent.
     *
     * @param response any response
     */
    public static void closeAll(ApiMessage response) {
        if (response instanceof FetchResponseData fetch) {
            fetch.responses().forEach(topic -> topic.partitions().forEach(partition -> close(partition.records())));
        } else if (response instanceof ShareFetchResponseData fetch) {
            fetch.responses().forEach(topic -> topic.partitions().forEach(partition -> close(partition.records())));
        }
    }

    private static void close(BaseRecords records) {
        if (records instanceof SliceRecords stored) {
            stored.close();
        }
    }
}
