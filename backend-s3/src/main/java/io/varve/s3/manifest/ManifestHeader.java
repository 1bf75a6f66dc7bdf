// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.StorageException;
import java.util.UUID;

/**
 * Begins each object of the manifest, behind magic, version and checksum (docs/formats/s3.md). Immutable.
 *
 * <pre>
 * 12  number       int64
 * 20  incarnation  16 bytes
 * 36  nonce        16 bytes
 * 52  time         int64
 * 60
 * </pre>
 *
 * @param number number of the entry, or of the last entry that a snapshot includes
 * @param incarnation the server that wrote the object
 * @param nonce makes the object unlike any other: equal bytes are one's own
 * @param timeMs when it was written, in ms since the epoch
 */
record ManifestHeader(long number, UUID incarnation, UUID nonce, long timeMs) {
    /** "VMFE". */
    static final int ENTRY_MAGIC = 0x564D4645;
    /** "VMFS". */
    static final int SNAPSHOT_MAGIC = 0x564D4653;

    /** Begins an object; {@link CheckedBytes#seal} ends it. */
    ManifestOutput begin(int magic) {
        ManifestOutput into = new ManifestOutput();
        into.putInt(magic).putInt(CheckedBytes.VERSION).putInt(0);
        return into.putLong(number).put(incarnation).put(nonce).putLong(timeMs);
    }

    /**
     * Checks an object, and moves behind its header.
     *
     * @param expected the number that its key says
     * @throws StorageException CORRUPT if it is not sound
     */
    static ManifestHeader check(ManifestInput object, int magic, long expected) {
        CheckedBytes.check(object, magic);
        ManifestHeader header =
                new ManifestHeader(object.getLong(), object.getUuid(), object.getUuid(), object.getLong());
        if (header.number != expected) {
            throw object.corrupt("its number is " + header.number + ", must be " + expected);
        }
        return header;
    }
}
