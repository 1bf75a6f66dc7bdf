// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.record.Crc32c;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;

/**
 * Begins the manifest's objects, and the journal's files, with magic, version and checksum. Stateless.
 *
 * <pre>
 *  0  magic    int32
 *  4  version  int32
 *  8  crc      int32  CRC-32C of all bytes from 12
 * 12
 * </pre>
 */
final class CheckedBytes {
    static final int VERSION = 1;
    static final int BYTES = 12;

    private static final int CRC_AT = 8;

    private CheckedBytes() {}

    /** @return the whole content, with its CRC; the output must begin with magic, version and an int32 */
    static ByteBuffer seal(ManifestOutput content) {
        ByteBuffer bytes = content.bytes();
        return bytes.putInt(CRC_AT, Crc32c.of(bytes, BYTES, bytes.limit() - BYTES));
    }

    /**
     * Checks a content, and moves behind its CRC.
     *
     * @throws StorageException CORRUPT if it is not sound
     */
    static void check(ManifestInput content, int magic) {
        ByteBuffer bytes = content.bytes();
        if (bytes.limit() < BYTES) {
            throw content.corrupt(bytes.limit() + " bytes, must be at least " + BYTES);
        }
        int found = content.getInt();
        int version = content.getInt();
        if (found != magic || version != VERSION) {
            throw content.corrupt("magic is " + Integer.toHexString(found) + " and version " + version + ", must be "
                    + Integer.toHexString(magic) + " and " + VERSION);
        }
        int crc = content.getInt();
        int actual = Crc32c.of(bytes, BYTES, bytes.limit() - BYTES);
        if (crc != actual) {
            throw content.corrupt(
                    "its CRC-32C is " + Integer.toHexString(actual) + ", must be " + Integer.toHexString(crc));
        }
    }
}
