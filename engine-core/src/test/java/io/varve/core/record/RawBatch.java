// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Makes batches of any bytes as records, under a header whose lengths and CRC are right. */
final class RawBatch {
    /** Writes content to a stream. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private RawBatch() {}

    /** Makes a batch of records exactly as given, already compressed by the codec. */
    static ByteBuffer of(Codec codec, int count, byte[] records) {
        ByteBuffer header = new RecordBatchBuilder(Codec.NONE).build(Math.max(count - 1, 0), 1_000);
        ByteBuffer batch = ByteBuffer.allocate(BatchHeader.SIZE + records.length)
                .put(header)
                .put(records)
                .flip();
        batch.putInt(BatchHeader.LENGTH, batch.limit() - BatchHeader.LOG_OVERHEAD);
        batch.putShort(BatchHeader.ATTRIBUTES, (short) codec.id());
        batch.putInt(BatchHeader.RECORD_COUNT, count);
        return sealed(batch);
    }

    /** Makes a batch of content, which it compresses. */
    static ByteBuffer compressed(Codec codec, int count, Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = codec.compress(bytes)) {
            content.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return of(codec, count, bytes.toByteArray());
    }

    /** Writes the right CRC. */
    static ByteBuffer sealed(ByteBuffer batch) {
        batch.putInt(BatchHeader.CRC, (int) BatchHeader.computeCrc(batch, 0));
        return batch;
    }

    static byte[] varint(int value) {
        RecordOutput out = new RecordOutput();
        out.varint(value);
        byte[] bytes = new byte[out.size()];
        out.view().get(bytes);
        return bytes;
    }
}
