// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import java.util.List;

/**
 * What a member says of records that it has acquired.
 *
 * @param first first offset, inclusive, at most {@code last}
 * @param last last offset, inclusive
 * @param types one type for all offsets, or one for each
 */
public record Acknowledgement(long first, long last, List<Byte> types) {
    /** There is no record at the offset. */
    public static final byte GAP = 0;
    /** The record was processed. */
    public static final byte ACCEPT = 1;
    /** The record is to be delivered again. */
    public static final byte RELEASE = 2;
    /** The record cannot be processed, and is not to be delivered again. */
    public static final byte REJECT = 3;
    /** The record is still being processed: the lock is to be held longer (KIP-1222). */
    public static final byte RENEW = 4;

    /** @return the type of an offset from first to last */
    byte typeAt(long offset) {
        return types.size() == 1 ? types.get(0) : types.get((int) (offset - first));
    }

    /** @return the last offset from {@code from} on such that it and those between have the same type */
    long endOfType(long from) {
        long end = from;
        if (types.size() == 1) {
            return last;
        }
        while (end < last && typeAt(end + 1) == typeAt(from)) {
            end++;
        }
        return end;
    }

    /** @return true if one of the offsets is renewed */
    boolean renews() {
        return types.contains(RENEW);
    }
}
