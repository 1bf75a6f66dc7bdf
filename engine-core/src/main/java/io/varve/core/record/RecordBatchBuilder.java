// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Builds a batch of the broker's own: metadata, markers, batches that compaction empties. Set the fields of
 * the header first, then append records, then call {@link #build}. Not thread-safe.
 */
public final class RecordBatchBuilder {
    private static final int NO_SEQUENCE = -1;
    private static final short NO_EPOCH = -1;
    private static final short MARKER_VERSION = 0;

    private final Codec codec;
    /** Space for the header, then the records, not compressed yet. */
    private final RecordOutput records = new RecordOutput();

    private final RecordOutput record = new RecordOutput();

    private int attributes;
    private long baseOffset;
    private int leaderEpoch = -1;
    private long producerId = BatchHeader.NO_PRODUCER_ID;
    private short producerEpoch = NO_EPOCH;
    private int baseSequence = NO_SEQUENCE;

    private long baseTimestamp = BatchHeader.NO_TIMESTAMP;
    private long maxTimestamp = BatchHeader.NO_TIMESTAMP;
    private long logAppendTime;
    private int lastOffsetDelta = -1;
    private int count;
    private boolean built;

    /** @param codec compresses the records */
    public RecordBatchBuilder(Codec codec) {
        this.codec = codec;
        records.resize(BatchHeader.SIZE);
    }

    /**
     * Builds the marker that ends a transaction in one partition.
     *
     * @param type ABORT or COMMIT
     * @param timestamp ms since the epoch
     * @param producerId the transaction's producer
     * @param producerEpoch the producer's epoch after the transaction
     * @param coordinatorEpoch epoch of the coordinator that ended the transaction
     * @return the batch, base offset 0
     */
    public static ByteBuffer marker(
            ControlType type, long timestamp, long producerId, short producerEpoch, int coordinatorEpoch) {
        ByteBuffer value = ByteBuffer.allocate(Short.BYTES + Integer.BYTES)
                .putShort(MARKER_VERSION)
                .putInt(coordinatorEpoch)
                .flip();
        return new RecordBatchBuilder(Codec.NONE)
                .producer(producerId, producerEpoch, NO_SEQUENCE)
                .transactional()
                .control()
                .append(timestamp, type.key(), value, List.of())
                .build();
    }

    /** @param offset offset of the first record, even if compaction removed that record; 0 by default */
    public RecordBatchBuilder baseOffset(long offset) {
        beforeRecords();
        baseOffset = offset;
        return this;
    }

    /** @param epoch leader epoch; -1 by default */
    public RecordBatchBuilder leaderEpoch(int epoch) {
        leaderEpoch = epoch;
        return this;
    }

    /**
     * @param id producer id
     * @param epoch the producer's epoch
     * @param sequence sequence number of the first record, -1 for markers
     */
    public RecordBatchBuilder producer(long id, short epoch, int sequence) {
        producerId = id;
        producerEpoch = epoch;
        baseSequence = sequence;
        return this;
    }

    /** Marks the batch as part of a transaction. */
    public RecordBatchBuilder transactional() {
        attributes |= BatchHeader.TRANSACTIONAL_FLAG;
        return this;
    }

    /** Marks the batch as a control batch. */
    public RecordBatchBuilder control() {
        attributes |= BatchHeader.CONTROL_FLAG;
        return this;
    }

    /** @param timestamp the broker's timestamp for every record, in ms since the epoch */
    public RecordBatchBuilder logAppendTime(long timestamp) {
        attributes |= BatchHeader.LOG_APPEND_TIME_FLAG;
        logAppendTime = timestamp;
        return this;
    }

    /**
     * @param time when compaction may remove the batch's tombstones or markers, in ms since the epoch
     *     (KIP-534)
     */
    public RecordBatchBuilder deleteHorizon(long time) {
        beforeRecords();
        attributes |= BatchHeader.DELETE_HORIZON_FLAG;
        baseTimestamp = time;
        return this;
    }

    /**
     * Appends a record at the next offset.
     *
     * @param timestamp ms since the epoch, or -1
     * @param key from position to limit, or null
     * @param value from position to limit, or null
     * @param headers in order
     */
    public RecordBatchBuilder append(long timestamp, ByteBuffer key, ByteBuffer value, List<RecordHeader> headers) {
        return appendAt(baseOffset + lastOffsetDelta + 1, timestamp, key, value, headers);
    }

    /**
     * Appends a record, with or without a gap before it.
     *
     * @param offset above that of the previous record
     * @param timestamp ms since the epoch, or -1
     * @param key from position to limit, or null
     * @param value from position to limit, or null
     * @param headers in order
     * @throws IllegalArgumentException if the offset is not above the previous one, or more than 2^31-1 above
     *     the base offset
     */
    public RecordBatchBuilder appendAt(
            long offset, long timestamp, ByteBuffer key, ByteBuffer value, List<RecordHeader> headers) {
        beforeBuild();
        int delta = delta(offset);
        if (delta <= lastOffsetDelta) {
            throw new IllegalArgumentException(
                    "offset " + offset + " is not above " + (baseOffset + lastOffsetDelta) + ", the last one");
        }
        if (count == 0 && (attributes & BatchHeader.DELETE_HORIZON_FLAG) == 0) {
            baseTimestamp = timestamp;
        }
        record.resize(0);
        record.write(0);
        record.varlong(timestamp - baseTimestamp);
        record.varint(delta);
        record.sized(key);
        record.sized(value);
        record.varint(headers.size());
        for (RecordHeader header : headers) {
            record.sized(ByteBuffer.wrap(header.key().getBytes(StandardCharsets.UTF_8)));
            record.sized(header.value());
        }
        records.varint(record.size());
        record.copyTo(0, records);
        lastOffsetDelta = delta;
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        count++;
        return this;
    }

    /**
     * Builds the batch.
     *
     * @return the batch from position to limit, big-endian, on the heap, writable
     * @throws IllegalStateException if no record was appended
     */
    public ByteBuffer build() {
        if (count == 0) {
            throw new IllegalStateException("a batch without records must be told its last offset");
        }
        return build(baseOffset + lastOffsetDelta, maxTimestamp);
    }

    /**
     * Builds a batch from which compaction removed records, or all of them. It keeps the last offset, and so
     * the producer's last sequence.
     *
     * @param lastOffset offset of the original batch's last record, inclusive
     * @param maxTimestamp largest timestamp in ms since the epoch, or -1; log-append time overrides it
     * @return the batch from position to limit, big-endian, on the heap, writable
     * @throws IllegalArgumentException if {@code lastOffset} is below the last appended offset or the base
     *     offset
     */
    public ByteBuffer build(long lastOffset, long maxTimestamp) {
        beforeBuild();
        int delta = delta(lastOffset);
        if (delta < lastOffsetDelta) {
            throw new IllegalArgumentException("last offset " + lastOffset + " is below "
                    + (baseOffset + lastOffsetDelta) + ", the last record's");
        }
        built = true;
        boolean compressed = codec != Codec.NONE && count > 0;
        ByteBuffer batch = (compressed ? compress() : records).view();
        boolean stamped = (attributes & BatchHeader.LOG_APPEND_TIME_FLAG) != 0;
        batch.putLong(BatchHeader.BASE_OFFSET, baseOffset);
        batch.putInt(BatchHeader.LENGTH, batch.limit() - BatchHeader.LOG_OVERHEAD);
        batch.putInt(BatchHeader.LEADER_EPOCH, leaderEpoch);
        batch.put(BatchHeader.MAGIC_AT, BatchHeader.MAGIC);
        batch.putShort(BatchHeader.ATTRIBUTES, (short) (attributes | (compressed ? codec.id() : 0)));
        batch.putInt(BatchHeader.LAST_OFFSET_DELTA, delta);
        batch.putLong(BatchHeader.BASE_TIMESTAMP, baseTimestamp);
        batch.putLong(BatchHeader.MAX_TIMESTAMP, stamped ? logAppendTime : maxTimestamp);
        batch.putLong(BatchHeader.PRODUCER_ID, producerId);
        batch.putShort(BatchHeader.PRODUCER_EPOCH, producerEpoch);
        batch.putInt(BatchHeader.BASE_SEQUENCE, baseSequence);
        batch.putInt(BatchHeader.RECORD_COUNT, count);
        batch.putInt(BatchHeader.CRC, (int) BatchHeader.computeCrc(batch, 0));
        return batch;
    }

    private RecordOutput compress() {
        RecordOutput batch = new RecordOutput();
        batch.resize(BatchHeader.SIZE);
        try (OutputStream out = codec.compress(batch)) {
            records.copyTo(BatchHeader.SIZE, out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory refused bytes", e);
        }
        return batch;
    }

    private int delta(long offset) {
        long delta = offset - baseOffset;
        if (delta < 0 || delta > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "offset " + offset + " is not within 2^31-1 of base offset " + baseOffset);
        }
        return (int) delta;
    }

    /** Refuses use after the build, since the batch shares the builder's memory. */
    private void beforeBuild() {
        if (built) {
            throw new IllegalStateException("the batch was built already");
        }
    }

    private void beforeRecords() {
        if (count > 0) {
            throw new IllegalStateException("records were appended already");
        }
    }
}
