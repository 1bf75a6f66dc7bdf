// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

/**
 * A torn append could not be cut back: the partition must refuse writes, or recovery might take it for a
 * whole one. Never leaves the backend.
 */
public final class TornAppendException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TornAppendException(String message, Throwable cause) {
        super(message, cause);
    }
}
