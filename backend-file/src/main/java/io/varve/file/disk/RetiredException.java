// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

/**
 * Says that a segment was replaced, truncated or removed after the caller looked it up: look it up again.
 * Never leaves the backend.
 */
public final class RetiredException extends RuntimeException {
    static final RetiredException INSTANCE = new RetiredException();

    private static final long serialVersionUID = 1L;

    private RetiredException() {
        super("the segment is gone", null, false, false);
    }
}
