// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.record.Crc32c;
import java.nio.ByteBuffer;

/**
 * Tells bytes that are damaged in the bucket from those that are damaged on their way. The former come alike
 * each time; of a few bytes the latter may come alike twice, by chance. For one thread.
 */
public final class DamagedReads {
    private static final int MIN_ALIKE = 3;

    private int count;
    private int alike;
    private int crc;
    private int bytes;

    /** Makes a tally without reads. */
    public DamagedReads() {}

    /**
     * Takes the next read of the same object or range, whose bytes are not what is expected.
     *
     * @param read the bytes, from position to limit; not moved
     * @return true if they came three times in a row alike: they are what the bucket has
     */
    public boolean isStored(ByteBuffer read) {
        int next = Crc32c.of(read);
        alike = count > 0 && next == crc && read.remaining() == bytes ? alike + 1 : 1;
        crc = next;
        bytes = read.remaining();
        count++;
        return alike >= MIN_ALIKE;
    }

    /** @return number of reads taken */
    public int count() {
        return count;
    }
}
