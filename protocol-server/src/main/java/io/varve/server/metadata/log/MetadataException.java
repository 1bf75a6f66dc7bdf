// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.log;

import io.varve.core.VarveException;

/**
 * Says that the metadata does not fit the configuration or the stored data, so that the server must not
 * start. The message is one line.
 */
public final class MetadataException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** @param message what does not fit, and what to do */
    public MetadataException(String message) {
        super(message, null);
    }

    /**
     * @param message what does not fit, and what to do
     * @param cause the failure underneath
     */
    public MetadataException(String message, Throwable cause) {
        super(message, cause);
    }
}
