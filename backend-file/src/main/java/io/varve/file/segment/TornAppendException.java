// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

/** A write failed in a way that leaves the files unsure: the partition must refuse writes. Never leaves this package. */
public final class TornAppendException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TornAppendException(String message, Throwable cause) {
        super(message, cause);
    }
}
