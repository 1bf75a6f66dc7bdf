// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

/** The command line is wrong; the message says what is right. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
