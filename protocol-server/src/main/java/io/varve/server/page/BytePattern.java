// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import java.nio.ByteBuffer;

/**
 * Bytes to look for in others, in a time that grows with the sum of both lengths (Knuth, Morris and Pratt):
 * who looks chooses the one, and who has written the records the other. Immutable.
 */
final class BytePattern {
    private final byte[] bytes;

    /** Of each begin of the pattern, how many of its last bytes are the pattern's first ones again. */
    private final int[] repeated;

    /** @param bytes what is looked for; not copied */
    BytePattern(byte[] bytes) {
        this.bytes = bytes;
        repeated = new int[bytes.length];
        for (int at = 1; at < bytes.length; at++) {
            repeated[at] = matched(repeated[at - 1], bytes[at]);
        }
    }

    /** @return how many bytes of the pattern end with the next one, after so many that ended before it */
    private int matched(int before, byte next) {
        int same = before;
        while (same > 0 && bytes[same] != next) {
            same = repeated[same - 1];
        }
        return bytes[same] == next ? same + 1 : 0;
    }

    /**
     * @param value bytes from position to limit; its position is not moved
     * @return true if the pattern is in them
     */
    boolean isIn(ByteBuffer value) {
        int same = 0;
        for (int at = value.position(); same < bytes.length && at < value.limit(); at++) {
            same = matched(same, value.get(at));
        }
        return same == bytes.length;
    }
}
