// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import io.varve.core.VarveException;

/** Refuses a record batch that violates Kafka's format. */
public final class InvalidBatchException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** The violation, by the error that Kafka answers. */
    public enum Kind {
        /** Lengths or the CRC do not fit the bytes (Kafka's CORRUPT_MESSAGE). */
        CORRUPT,
        /** Compressed records are damaged under a right CRC (Kafka's UNKNOWN_SERVER_ERROR). */
        NOT_DECOMPRESSIBLE,
        /** A magic other than 2 (Kafka's UNSUPPORTED_FOR_MESSAGE_FORMAT). */
        UNSUPPORTED_MAGIC,
        /** An unknown codec (Kafka's UNSUPPORTED_COMPRESSION_TYPE). */
        UNKNOWN_CODEC,
        /** Well-formed bytes break a rule: counts, deltas, a missing key (INVALID_RECORD). */
        INVALID_RECORD,
        /** Decompressed records exceed the limit (MESSAGE_TOO_LARGE). */
        TOO_LARGE
    }

    private final Kind kind;

    /**
     * @param kind what is wrong
     * @param message the field and its value, and what would be right
     */
    public InvalidBatchException(Kind kind, String message) {
        this(kind, message, null);
    }

    /**
     * @param kind the violation
     * @param message the field and its value, and what would be right
     * @param cause the cause, or null
     */
    public InvalidBatchException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** @return the violation */
    public Kind kind() {
        return kind;
    }
}
