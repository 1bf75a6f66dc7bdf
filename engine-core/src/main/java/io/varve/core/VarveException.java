// SPDX-License-Identifier: Apache-2.0
package io.varve.core;

/**
 * Reports every failure that Varve throws on purpose: the root of its exceptions. Most subclasses carry a
 * kind that tells the caller what to do. The message names the partition, file, offset or value concerned.
 */
public abstract class VarveException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what went wrong, naming the value and what would be right
     * @param cause the cause, or null
     */
    protected VarveException(String message, Throwable cause) {
        super(message, cause);
    }
}
