// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import io.varve.core.VarveException;

/** Refuses to delete records that a {@link Hold} pins. */
public final class HeldException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** @param message names the partition, the hold, and the records to delete */
    public HeldException(String message) {
        super(message, null);
    }
}
