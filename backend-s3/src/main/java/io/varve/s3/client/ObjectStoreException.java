// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.VarveException;

/**
 * Reports a failed request to the object store; its {@linkplain #kind() kind} says what the caller must do.
 */
public final class ObjectStoreException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** What the caller must do. */
    public enum Kind {
        /** The store cannot be reached, is slow, or asks to slow down: the same call may succeed later. */
        UNAVAILABLE,
        /** The credentials are wrong or expired, or do not allow the request: an operator must mend it. */
        DENIED,
        /** The object does not exist, or is shorter than the range. */
        ABSENT,
        /**
         * The bucket does not exist, or the endpoint is no object store: says nothing of the object. An
         * operator must mend it.
         */
        NO_BUCKET,
        /** The store refuses the request for good: a bug, or a store that lacks a feature. */
        REFUSED
    }

    private final Kind kind;

    /**
     * @param kind what the caller must do
     * @param message the request, the key, and the store's answer
     * @param cause the cause, or null
     */
    public ObjectStoreException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** @return what the caller must do */
    public Kind kind() {
        return kind;
    }
}
