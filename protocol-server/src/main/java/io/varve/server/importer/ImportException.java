// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import io.varve.core.VarveException;

/**
 * Says that nothing was imported. The message is one line for the user: what is in the way, and what to do.
 */
public final class ImportException extends VarveException {
    private static final long serialVersionUID = 1L;

    ImportException(String message) {
        super(message, null);
    }

    ImportException(String message, Throwable cause) {
        super(message, cause);
    }
}
