// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import io.varve.core.VarveException;

/** Says that records were to be deleted that a {@link Hold} pins. */
public final class HeldException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** @param message names the partition, the hold, and what was to be deleted */
    public HeldException(String message) {
        super(message, null);
    }
}
