// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

/**
 * Says that a torn append could not be truncated: the partition must refuse writes, or recovery might take
 * the append for a whole one. Never leaves the backend.
 */
public final class TornAppendException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TornAppendException(String message, Throwable cause) {
        super(message, cause);
    }
}
