// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.append;

import io.varve.core.VarveException;

/**
 * Refuses an append that was to go to a certain offset, because the log ends at another one; nothing was
 * written. The caller reads what is new, decides again, and appends at {@link #endOffset}.
 */
public final class EndOffsetConflictException extends VarveException {
    private static final long serialVersionUID = 1L;

    private final long expected;
    private final long endOffset;

    /**
     * @param log the log's name
     * @param expected where the caller expected the end
     * @param endOffset where it is
     */
    public EndOffsetConflictException(Object log, long expected, long endOffset) {
        super(log + " ends at offset " + endOffset + ", and was expected to end at " + expected, null);
        this.expected = expected;
        this.endOffset = endOffset;
    }

    /** @return the end offset that the caller expected, exclusive */
    public long expected() {
        return expected;
    }

    /**
     * @return the log's end offset at the time of the refusal, exclusive; records below it that are not
     *     durable yet become visible later
     */
    public long endOffset() {
        return endOffset;
    }
}
