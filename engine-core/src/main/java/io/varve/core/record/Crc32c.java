// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Computes CRC-32C (Castagnoli, RFC 3720), the checksum of all stored bytes. Stateless. */
public final class Crc32c {
    private Crc32c() {}

    /**
     * @param bytes from position to limit; not moved
     * @return their CRC-32C, as it is stored in four bytes
     */
    public static int of(ByteBuffer bytes) {
        return of(bytes, bytes.position(), bytes.remaining());
    }

    /**
     * @param bytes any buffer; not moved
     * @param at index of the first byte
     * @param length number of bytes
     * @return their CRC-32C, as it is stored in four bytes
     */
    public static int of(ByteBuffer bytes, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(at, length));
        return (int) crc.getValue();
    }
}
