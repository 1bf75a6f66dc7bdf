// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** What an old fetch wants of a partition, and what it has got so far. Used by one thread at a time. */
final class WantedPartition {
    private final String topic;
    private final int partition;
    private final int maxBytes;
    private long offset;

    private boolean answered;
    private Errors error = Errors.NONE;
    private long highWatermark = -1;
    private ByteBuffer messages;

    /**
     * @param topic name of the topic
     * @param wanted the partition, in the request as it is of today
     */
    WantedPartition(String topic, FetchPartition wanted) {
        this.topic = topic;
        this.partition = wanted.partition();
        this.maxBytes = Math.max(0, wanted.partitionMaxBytes());
        this.offset = wanted.fetchOffset();
    }

    String topic() {
        return topic;
    }

    int partition() {
        return partition;
    }

    /** @return max bytes of messages that the client takes */
    int maxBytes() {
        return maxBytes;
    }

    /**
     * @return offset of the first record that can be of use to the client, at or above the one it asked for
     */
    long offset() {
        return offset;
    }

    /** Passes over records that a client of an old version cannot be shown. */
    void moveTo(long next) {
        offset = next;
    }

    /** @return true once it has messages or an error */
    boolean isAnswered() {
        return answered;
    }

    /** @return true if there are records that the client has not got */
    boolean hasMore() {
        return !answered && offset < highWatermark;
    }

    void highWatermark(long offsetAfterLast) {
        highWatermark = offsetAfterLast;
    }

    void fail(Errors why) {
        answered = true;
        // Clients of these versions do not know that they are to ask for the leader anew.
        error = why == Errors.KAFKA_STORAGE_ERROR ? Errors.NOT_LEADER_OR_FOLLOWER : why;
    }

    void answer(ByteBuffer found) {
        answered = true;
        messages = found;
    }

    /** @return the answer, in the layout of its struct */
    Struct fill(Struct into) {
        return into.set("partition_index", partition)
                .set("error_code", error.code())
                .set("high_watermark", error == Errors.NONE ? highWatermark : -1L)
                .set("records", messages == null ? MemoryRecords.EMPTY : MemoryRecords.readableRecords(messages));
    }
}
