// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.InvalidBatchException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * Writes a v2 batch, record by record, as a stream: a record's bytes go to the codec as they come, and only
 * the compressed ones stay in memory. A record has no headers here. Not thread-safe.
 */
final class NewBatch implements AutoCloseable {
    private static final int LENGTH_AT = BatchHeader.LOG_OVERHEAD - Integer.BYTES;
    private static final int CRC_AT = BatchHeader.LOG_OVERHEAD + Integer.BYTES + 1;
    private static final int MAX_FIELDS = 32;
    private static final int NONE = -1;

    private final CompressionType codec;
    private final int maxBytes;
    private final ByteBufferOutputStream bytes;
    private final OutputStream records;
    private final ByteBuffer fields = ByteBuffer.allocate(MAX_FIELDS);
    private final byte[] piece = new byte[MAX_FIELDS];

    private int count;
    private long baseTimestamp;
    private long maxTimestamp = OldMessage.NO_TIMESTAMP;

    /**
     * @param codec compresses the records
     * @param estimate about how many bytes the batch will take
     * @param maxBytes max bytes of the batch
     */
    NewBatch(CompressionType codec, int estimate, int maxBytes) {
        this.codec = codec;
        this.maxBytes = maxBytes;
        bytes = new ByteBufferOutputStream(BatchHeader.SIZE + estimate);
        bytes.position(BatchHeader.SIZE);
        records = Compression.of(codec).build().wrapForOutput(bytes, BatchHeader.MAGIC);
    }

    /**
     * Begins the next record. Its key and value follow, as bytes to {@link #write}, each after its length.
     *
     * @param timestamp ms since the epoch, or -1
     * @param keyBytes length of the key, -1 for none
     * @param valueBytes length of the value, -1 for none
     * @throws IOException from the codec
     */
    void begin(long timestamp, int keyBytes, int valueBytes) throws IOException {
        if (count == 0) {
            baseTimestamp = timestamp;
        }
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        long size = 1
                + ByteUtils.sizeOfVarlong(timestamp - baseTimestamp)
                + ByteUtils.sizeOfVarint(count)
                + sized(keyBytes)
                + sized(valueBytes)
                + ByteUtils.sizeOfVarint(0);
        if (size > Integer.MAX_VALUE) {
            throw new InvalidBatchException(Kind.TOO_LARGE, "a record of " + size + " bytes");
        }
        fields.clear();
        ByteUtils.writeVarint((int) size, fields);
        fields.put((byte) 0);
        ByteUtils.writeVarlong(timestamp - baseTimestamp, fields);
        ByteUtils.writeVarint(count, fields);
        writeFields();
        count++;
    }

    private static long sized(int length) {
        return ByteUtils.sizeOfVarint(length) + (long) Math.max(0, length);
    }

    /**
     * Writes the length of a key or a value.
     *
     * @param length in bytes, -1 for none
     * @throws IOException from the codec
     */
    void length(int length) throws IOException {
        fields.clear();
        ByteUtils.writeVarint(Math.max(NONE, length), fields);
        writeFields();
    }

    /** Ends a record. */
    void end() throws IOException {
        length(0); // the number of headers, which is coded as a length
    }

    private void writeFields() throws IOException {
        fields.flip();
        int length = fields.remaining();
        fields.get(piece, 0, length);
        write(piece, 0, length);
    }

    /**
     * Writes bytes of a key or a value.
     *
     * @param from the bytes
     * @param start index of the first
     * @param length number of bytes
     * @throws IOException from the codec
     * @throws InvalidBatchException TOO_LARGE
     */
    void write(byte[] from, int start, int length) throws IOException {
        records.write(from, start, length);
        if (bytes.position() > maxBytes) {
            throw new InvalidBatchException(Kind.TOO_LARGE, "a batch that grows beyond " + maxBytes + " bytes");
        }
    }

    /** @return number of records that were begun */
    int count() {
        return count;
    }

    /**
     * Ends the batch.
     *
     * @return the batch, base offset 0, from position to limit
     * @throws IOException from the codec
     */
    ByteBuffer finish() throws IOException {
        records.close();
        ByteBuffer batch = bytes.buffer().duplicate().flip();
        batch.putInt(LENGTH_AT, batch.limit() - BatchHeader.LOG_OVERHEAD);
        batch.position(BatchHeader.LOG_OVERHEAD);
        batch.putInt(-1).put(BatchHeader.MAGIC).putInt(0); // leader epoch, magic, CRC
        batch.putShort(codec.id).putInt(count - 1).putLong(baseTimestamp).putLong(maxTimestamp);
        batch.putLong(BatchHeader.NO_PRODUCER_ID)
                .putShort((short) -1)
                .putInt(-1)
                .putInt(count);
        batch.position(0);
        batch.putInt(CRC_AT, (int) BatchHeader.computeCrc(batch, 0));
        return batch;
    }

    /** Releases the codec's memory; the batch is whole only after {@link #finish}. */
    @Override
    public void close() throws IOException {
        records.close();
    }
}
