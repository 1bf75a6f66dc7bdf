// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.history;

/** The storage under test did not do what the reference did. */
final class Divergence extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Divergence(String message) {
        super(message);
    }

    Divergence(String message, Throwable cause) {
        super(message, cause);
    }
}
