// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Holds the content of a transaction marker: the record of a control batch, whose value is
 * {@code version int16, coordinatorEpoch int32}. Source: KIP-98, Kafka's EndTransactionMarker.
 *
 * @param type ABORT or COMMIT
 * @param coordinatorEpoch epoch of the coordinator that ended the transaction
 * @param timestamp time of the marker, ms since the epoch
 */
public record EndOfTransaction(ControlType type, int coordinatorEpoch, long timestamp) {
    private static final int VALUE_SIZE = Short.BYTES + Integer.BYTES;
    /** Limits the decompressed size of compressed markers, which other brokers may have written. */
    private static final int MAX_BYTES = 1 << 16;

    /**
     * Reads the marker of a control batch.
     *
     * @param buffer holds the batch, whole
     * @param at the batch's first byte
     * @return the marker; empty if compaction has removed the record, or if the control record does not end a
     *     transaction
     * @throws InvalidBatchException if the record is not sound
     */
    public static Optional<EndOfTransaction> read(ByteBuffer buffer, int at) {
        try (RecordIterator records = RecordIterator.of(buffer, at, MAX_BYTES)) {
            if (!records.next()) {
                return Optional.empty();
            }
            ControlType type = records.controlType();
            if (type == ControlType.UNKNOWN) {
                return Optional.empty();
            }
            ByteBuffer value = records.value();
            if (value == null || value.remaining() < VALUE_SIZE || value.getShort(value.position()) < 0) {
                throw RecordBytes.invalid(
                        "the value of a transaction marker is not a version of 0 or more and an epoch");
            }
            return Optional.of(
                    new EndOfTransaction(type, value.getInt(value.position() + Short.BYTES), records.timestamp()));
        }
    }
}
