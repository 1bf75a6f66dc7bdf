// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.record.BatchHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.ByteUtils;

/** Builds batches byte by byte, valid or not, with a correct checksum. */
final class RawBatch {
    static final int ATTRIBUTES = 21;
    static final int LAST_OFFSET_DELTA = 23;
    static final int BASE_TIMESTAMP = 27;
    static final int MAX_TIMESTAMP = 35;
    static final int COUNT = 57;
    private static final Consumer<ByteBuffer> AS_IT_IS = header -> {};

    private RawBatch() {}

    /** @return a record's bytes with their length before them */
    static byte[] record(int offsetDelta, long timestampDelta, String key, byte[] value) {
        return sized(body(offsetDelta, timestampDelta, key, value, 0));
    }

    /** @return a record's bytes without their length and without the headers that it declares */
    static byte[] body(int offsetDelta, long timestampDelta, String key, byte[] value, int headers) {
        byte[] keyBytes = key == null ? null : key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        ByteBuffer body = ByteBuffer.allocate(64 + (keyBytes == null ? 0 : keyBytes.length) + value.length);
        body.put((byte) 0);
        ByteUtils.writeVarlong(timestampDelta, body);
        ByteUtils.writeVarint(offsetDelta, body);
        ByteUtils.writeVarint(keyBytes == null ? -1 : keyBytes.length, body);
        if (keyBytes != null) {
            body.put(keyBytes);
        }
        ByteUtils.writeVarint(value.length, body);
        body.put(value);
        ByteUtils.writeVarint(headers, body);
        return bytes(body.flip());
    }

    static byte[] sized(byte[] body) {
        return concat(varint(body.length), body);
    }

    static byte[] varint(int value) {
        ByteBuffer bytes = ByteBuffer.allocate(5);
        ByteUtils.writeVarint(value, bytes);
        return bytes(bytes.flip());
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** Writes the bytes of a codec's stream. */
    @FunctionalInterface
    interface Content {
        void to(OutputStream out) throws IOException;
    }

    static byte[] packed(CompressionType codec, Content content) {
        ByteBufferOutputStream bytes = new ByteBufferOutputStream(1 << 12);
        try (OutputStream out = Compression.of(codec).build().wrapForOutput(bytes, RecordBatch.MAGIC_VALUE_V2)) {
            content.to(out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes(bytes.buffer().flip());
    }

    /** @return a batch with the current time as timestamp */
    static ByteBuffer of(CompressionType codec, int count, byte[] records) {
        return of(codec, count, records, AS_IT_IS);
    }

    /** @param change changes the header; index 0 is its first byte */
    static ByteBuffer of(CompressionType codec, int count, byte[] records, Consumer<ByteBuffer> change) {
        long now = System.currentTimeMillis();
        ByteBuffer batch = ByteBuffer.allocate(BatchHeader.SIZE + records.length);
        batch.putLong(0).putInt(batch.limit() - BatchHeader.LOG_OVERHEAD).putInt(-1);
        batch.put(RecordBatch.MAGIC_VALUE_V2).putInt(0).putShort((short) codec.id);
        batch.putInt(count - 1).putLong(now).putLong(now);
        batch.putLong(-1).putShort((short) -1).putInt(-1).putInt(count);
        batch.put(records).flip();
        change.accept(batch);
        batch.putInt(17, (int) BatchHeader.computeCrc(batch, 0));
        return batch;
    }
}
