// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.append;

import io.varve.core.VarveException;
import io.varve.core.record.RecordFault;
import java.util.List;

/** Refuses an append that breaks a rule of the partition; nothing was written. */
public final class AppendException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** The reason, named as Kafka names its errors. */
    public enum Kind {
        /** A batch exceeds {@code max.message.bytes}. */
        MESSAGE_TOO_LARGE,
        /** A batch exceeds {@code segment.bytes}. */
        RECORD_LIST_TOO_LARGE,
        /** A batch is empty, or is a control batch of a client, or lacks a key that compaction needs. */
        INVALID_RECORD,
        /** The first sequence does not follow the producer's last, and the batch is none of its last five. */
        OUT_OF_ORDER_SEQUENCE_NUMBER,
        /** A higher epoch of the producer is known. */
        INVALID_PRODUCER_EPOCH,
        /** The timestamp is outside what the topic allows. */
        INVALID_TIMESTAMP,
        /**
         * A transactional batch whose transaction is neither open here nor verified, or a batch outside the
         * transaction while one is open.
         */
        INVALID_TXN_STATE,
        /** A newer coordinator has ended a transaction of the producer. */
        TRANSACTION_COORDINATOR_FENCED
    }

    private final Kind kind;
    private final transient List<RecordFault> records;

    /**
     * @param kind the reason
     * @param message the value and what would be right
     */
    public AppendException(Kind kind, String message) {
        this(kind, message, List.of());
    }

    /**
     * @param kind the reason
     * @param message what is wrong with the batch
     * @param records the records of the batch that are at fault; empty when the batch as a whole is
     */
    public AppendException(Kind kind, String message, List<RecordFault> records) {
        super(message, null);
        this.kind = kind;
        this.records = List.copyOf(records);
    }

    /**
     * @return the records of the batch that are at fault, or the first of many; empty when the batch as a
     *     whole is
     */
    public List<RecordFault> records() {
        return records == null ? List.of() : records;
    }

    /** @return the reason */
    public Kind kind() {
        return kind;
    }
}
