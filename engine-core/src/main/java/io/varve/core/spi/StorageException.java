// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import io.varve.core.VarveException;

/** Reports a failed storage operation; its {@linkplain #kind() kind} says what the caller must do. */
public final class StorageException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** What the caller must do. */
    public enum Kind {
        /** Nothing happened; the same call may succeed later. */
        RETRY,
        /** A higher epoch has opened the partition: give up this handle for good. */
        FENCED,
        /** Stored bytes are not what was written: stop relying on them and report; never retry. */
        CORRUPT,
        /** No space, or the device refuses writes: nothing of the call was stored; reads go on. */
        FULL,
        /** The storage or the partition was closed or deleted: open again or give up. */
        CLOSED,
        /** The caller broke the contract: a bug in the caller, nothing was changed. */
        MISUSE
    }

    private final Kind kind;

    /**
     * @param kind what the caller must do
     * @param message what failed, naming partition, file and offset where there are any
     */
    public StorageException(Kind kind, String message) {
        this(kind, message, null);
    }

    /**
     * @param kind what the caller must do
     * @param message what failed, naming partition, file and offset where there are any
     * @param cause the cause, or null
     */
    public StorageException(Kind kind, String message, Throwable cause) {
        super(kind + ": " + message, cause);
        this.kind = kind;
    }

    /** @return what the caller must do */
    public Kind kind() {
        return kind;
    }

    /** @return the message without the kind, which is for programs */
    public String reason() {
        return getMessage().substring(kind.toString().length() + 2);
    }

    /**
     * Throws this exception again unless it is of one kind: the first statement of a catch block that handles
     * that kind only.
     *
     * @param expected the kind that the caller handles
     * @throws StorageException this one, if it is of another kind
     */
    public void rethrowUnless(Kind expected) {
        if (kind != expected) {
            throw this;
        }
    }
}
