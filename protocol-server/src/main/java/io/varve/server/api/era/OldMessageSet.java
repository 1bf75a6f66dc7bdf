// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** Writes messages of magic 0 or 1, one after another. Not thread-safe. */
final class OldMessageSet {
    private final byte magic;
    private ByteBuffer message = ByteBuffer.allocate(1024);

    /** @param magic 0 or 1 */
    OldMessageSet(byte magic) {
        this.magic = magic;
    }

    /**
     * Makes a message.
     *
     * @param offset its offset
     * @param attributes codec and kind of timestamp
     * @param timestamp ms since the epoch, or -1; left out of magic 0
     * @param key from position to limit, or null
     * @param value from position to limit, or null
     * @return the message, valid until the next call
     */
    ByteBuffer message(long offset, byte attributes, long timestamp, ByteBuffer key, ByteBuffer value) {
        int size = OldMessage.minBytes(magic) + bytes(key) + bytes(value);
        if (message.capacity() < size) {
            message = ByteBuffer.allocate(size);
        }
        message.clear();
        message.putLong(offset).putInt(size - OldMessage.OVERHEAD).putInt(0).put(magic);
        message.put(magic == 0 ? (byte) (attributes & ~OldMessage.LOG_APPEND_TIME) : attributes);
        if (magic > 0) {
            message.putLong(timestamp);
        }
        put(key);
        put(value);
        CRC32 crc = new CRC32();
        crc.update(message.array(), OldMessage.MAGIC_AT, size - OldMessage.MAGIC_AT);
        message.putInt(OldMessage.CRC_AT, (int) crc.getValue());
        return message.flip();
    }

    private static int bytes(ByteBuffer field) {
        return field == null ? 0 : field.remaining();
    }

    private void put(ByteBuffer field) {
        if (field == null) {
            message.putInt(-1);
        } else {
            message.putInt(field.remaining()).put(field.duplicate());
        }
    }

    /** Appends a message to a stream. */
    static void append(ByteBuffer message, OutputStream to) throws IOException {
        to.write(message.array(), message.position(), message.remaining());
    }

    /** @return the bytes of a stream, from position to limit */
    static ByteBuffer view(ByteBufferOutputStream from) {
        return from.buffer().duplicate().flip();
    }
}
