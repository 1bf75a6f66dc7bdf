// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.read;

import io.varve.core.VarveException;

/** Refuses an offset below the partition's start or above its end. */
public final class OffsetOutOfRangeException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** @param message the offset and the range that would be right */
    public OffsetOutOfRangeException(String message) {
        super(message, null);
    }
}
