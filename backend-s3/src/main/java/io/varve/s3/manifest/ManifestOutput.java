// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.varve.core.spi.PartitionId;
import java.nio.ByteBuffer;
import java.util.UUID;

/** Encodes numbers, text and ids, big-endian, into a buffer that grows. For one thread. */
final class ManifestOutput {
    private static final int FIRST_BYTES = 4096;

    private ByteBuffer buffer = ByteBuffer.allocate(FIRST_BYTES);

    /** @return what was written, from 0 to the limit */
    ByteBuffer bytes() {
        return buffer.duplicate().flip();
    }

    int size() {
        return buffer.position();
    }

    ManifestOutput putByte(int value) {
        ensure(1).put((byte) value);
        return this;
    }

    ManifestOutput putInt(int value) {
        ensure(Integer.BYTES).putInt(value);
        return this;
    }

    ManifestOutput putLong(long value) {
        ensure(Long.BYTES).putLong(value);
        return this;
    }

    ManifestOutput put(UUID id) {
        return putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    /** Writes text of ASCII, at most 65,535 characters, behind its length in two bytes. */
    ManifestOutput putText(String text) {
        ensure(Short.BYTES).putShort((short) text.length());
        ensure(text.length()).put(text.getBytes(US_ASCII));
        return this;
    }

    /** Writes bytes behind their number in four bytes. */
    ManifestOutput putBytes(ByteBuffer bytes) {
        putInt(bytes.remaining());
        ensure(bytes.remaining()).put(bytes.duplicate());
        return this;
    }

    ManifestOutput put(PartitionId id) {
        return putText(id.topic()).put(id.topicId()).putInt(id.partition());
    }

    private ByteBuffer ensure(int bytes) {
        if (buffer.remaining() < bytes) {
            int capacity = Math.addExact(buffer.position(), bytes);
            long doubled = Math.min(Integer.MAX_VALUE - 8L, 2L * buffer.capacity());
            ByteBuffer larger = ByteBuffer.allocate((int) Math.max(capacity, doubled));
            buffer = larger.put(buffer.flip());
        }
        return buffer;
    }
}
