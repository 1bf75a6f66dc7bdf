// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import io.varve.core.VarveException;

/** Says that a record batch is not what Kafka's format allows. */
public final class InvalidBatchException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** What is wrong with the batch. */
    public enum Kind {
        /** Lengths or the CRC do not fit the bytes (Kafka's CORRUPT_MESSAGE). */
        CORRUPT,
        /**
         * What the codec should decompress is damaged, under a CRC that is right (Kafka's
         * UNKNOWN_SERVER_ERROR).
         */
        NOT_DECOMPRESSIBLE,
        /** A magic other than 2 (Kafka's UNSUPPORTED_FOR_MESSAGE_FORMAT). */
        UNSUPPORTED_MAGIC,
        /** An unknown codec (Kafka's UNSUPPORTED_COMPRESSION_TYPE). */
        UNKNOWN_CODEC,
        /**
         * Well-formed bytes that break a rule: counts, deltas, a record without a key where one is needed
         * (INVALID_RECORD).
         */
        INVALID_RECORD,
        /** Decompressed records exceed the bound given (MESSAGE_TOO_LARGE). */
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
     * @param kind what is wrong
     * @param message the field and its value, and what would be right
     * @param cause the failure underneath, or null
     */
    public InvalidBatchException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** @return what is wrong */
    public Kind kind() {
        return kind;
    }
}
