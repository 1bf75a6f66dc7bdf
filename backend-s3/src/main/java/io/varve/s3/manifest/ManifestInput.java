// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Decodes what {@link ManifestOutput} wrote. Every length is checked before anything is allocated for it. All
 * methods throw {@link StorageException} CORRUPT if the bytes end, or are not what is due. For one thread.
 */
final class ManifestInput {
    private final ByteBuffer from;
    private final String where;

    /**
     * @param bytes from 0 to the limit; not moved
     * @param where names the bytes in messages
     */
    ManifestInput(ByteBuffer bytes, String where) {
        this.from = bytes.slice();
        this.where = where;
    }

    ByteBuffer bytes() {
        return from;
    }

    String where() {
        return where;
    }

    byte getByte() {
        return require(1).get();
    }

    int getInt() {
        return require(Integer.BYTES).getInt();
    }

    long getLong() {
        return require(Long.BYTES).getLong();
    }

    boolean getFlag() {
        byte flag = getByte();
        if (flag != 0 && flag != 1) {
            throw corrupt("a mark of " + flag + ", must be 0 or 1");
        }
        return flag == 1;
    }

    UUID getUuid() {
        return new UUID(getLong(), getLong());
    }

    String getText() {
        int length = require(Short.BYTES).getShort() & 0xFFFF;
        ByteBuffer source = require(length, "text");
        byte[] text = new byte[length];
        source.get(text);
        return new String(text, US_ASCII);
    }

    ByteBuffer getBytes() {
        int length = getInt();
        require(length, "bytes");
        ByteBuffer bytes = from.slice(from.position(), length);
        from.position(from.position() + length);
        return bytes;
    }

    PartitionId getPartition() {
        return sound(() -> new PartitionId(getText(), getUuid(), getInt()));
    }

    /**
     * @param minBytes what each of them takes, 1 or more
     * @return a number of things that the remaining bytes can hold
     */
    int getCount(int minBytes, String what) {
        int count = getInt();
        if (count < 0 || count > from.remaining() / minBytes) {
            throw corrupt(count + " " + what + ", the remaining " + from.remaining() + " bytes hold at most "
                    + from.remaining() / minBytes);
        }
        return count;
    }

    void requireEnd() {
        if (from.hasRemaining()) {
            throw corrupt(from.remaining() + " bytes too many");
        }
    }

    /** Makes a value of decoded parts; if they do not fit it, the bytes are to blame, not the caller. */
    <T> T sound(Supplier<T> value) {
        try {
            return value.get();
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.MISUSE);
            throw new StorageException(StorageException.Kind.CORRUPT, prefix() + e.getMessage(), e);
        }
    }

    StorageException corrupt(String what) {
        return new StorageException(StorageException.Kind.CORRUPT, prefix() + what);
    }

    private String prefix() {
        return where + ", byte " + from.position() + ": ";
    }

    private ByteBuffer require(int bytes) {
        return require(bytes, "value");
    }

    private ByteBuffer require(int bytes, String what) {
        if (bytes < 0 || bytes > from.remaining()) {
            throw corrupt("a " + what + " of " + bytes + " bytes, " + from.remaining() + " remain");
        }
        return from;
    }
}
