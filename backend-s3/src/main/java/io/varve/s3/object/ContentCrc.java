// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Sums up batches by the first {@value #BYTES} bytes of each: offset, length, leader epoch, and the checksum
 * of all that follows. Two runs of batches with the same sum are the same batches; to compute it no record
 * is read. Not thread-safe.
 */
public final class ContentCrc {
    /** Bytes of a batch that count. */
    public static final int BYTES = 21;

    private final CRC32C crc = new CRC32C();
    private final byte[] head = new byte[BYTES];

    /** Begins with no batch. */
    public ContentCrc() {}

    /**
     * Adds the batch that follows.
     *
     * @param buffer has at least the first {@value #BYTES} bytes of the batch; not moved
     * @param at first byte of the batch
     * @return bytes of the batch, as its header says
     */
    public int add(ByteBuffer buffer, int at) {
        buffer.get(at, head);
        crc.update(head, 0, BYTES);
        return BatchHeader.sizeInBytes(buffer, at);
    }

    /** @return the CRC-32C of the heads so far */
    public int value() {
        return (int) crc.getValue();
    }
}
