// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The bytes of a producer state snapshot: Kafka's {@code .snapshot} file, version 1. Kafka writes one entry for each producer, its last
 * batch; here every batch remembered has one, oldest first, because a client whose answers were lost in a restart sends all it had in
 * flight again. Kafka's reader takes the last entry of a producer, this one takes Kafka's single one.
 *
 * <pre>
 *  0 version   int16   1
 *  2 crc       uint32  CRC-32C of everything after it
 *  6 count     int32
 * 10 entries, 46 bytes each:
 *      producerId int64, producerEpoch int16, lastSequence int32, lastOffset int64, offsetDelta int32,
 *      timestamp int64, coordinatorEpoch int32, currentTxnFirstOffset int64
 * </pre>
 *
 * Source: Kafka's ProducerStateManager. Stateless, thread-safe.
 */
public final class ProducerSnapshot {
    /** The name under which {@link io.varve.core.spi.Snapshots} keeps it. */
    public static final String NAME = "producer";

    private static final short VERSION = 1;
    private static final int CRC_AT = 2;
    private static final int COUNT_AT = 6;
    private static final int ENTRIES_AT = 10;
    private static final int ENTRY_BYTES = 46;
    private static final int NO_COORDINATOR_EPOCH = -1;
    private static final long NO_TRANSACTION = -1;

    private ProducerSnapshot() {}

    /**
     * @param states what to write down
     * @return the snapshot's bytes, ready to read
     */
    public static ByteBuffer write(ProducerStates states) {
        int count = states.entries().values().stream()
                .mapToInt(entry -> entry.batches().size())
                .sum();
        ByteBuffer buffer = ByteBuffer.allocate(ENTRIES_AT + ENTRY_BYTES * count);
        buffer.putShort(VERSION).putInt(0).putInt(count);
        states.entries()
                .forEach((id, entry) -> entry.batches()
                        .forEach(batch -> buffer.putLong(id)
                                .putShort(entry.epoch())
                                .putInt(batch.lastSequence())
                                .putLong(batch.lastOffset())
                                .putInt((int) (batch.lastOffset() - batch.firstOffset()))
                                .putLong(batch.timestamp())
                                .putInt(NO_COORDINATOR_EPOCH)
                                .putLong(NO_TRANSACTION)));
        buffer.putInt(CRC_AT, (int) crc(buffer));
        return buffer.flip();
    }

    /**
     * @param bytes a snapshot, from position to limit; not moved
     * @return the state, or empty when the bytes are damaged or of another version: replay from further back then
     */
    public static Optional<ProducerStates> read(ByteBuffer bytes) {
        ByteBuffer buffer = bytes.slice();
        if (buffer.remaining() < ENTRIES_AT || buffer.getShort(0) != VERSION) {
            return Optional.empty();
        }
        int count = buffer.getInt(COUNT_AT);
        boolean whole = count >= 0 && buffer.remaining() == ENTRIES_AT + (long) ENTRY_BYTES * count;
        if (!whole || (buffer.getInt(CRC_AT) & 0xFFFFFFFFL) != crc(buffer)) {
            return Optional.empty();
        }
        ProducerStates states = new ProducerStates();
        buffer.position(ENTRIES_AT);
        for (int i = 0; i < count; i++) {
            long id = buffer.getLong();
            short epoch = buffer.getShort();
            int lastSequence = buffer.getInt();
            long lastOffset = buffer.getLong();
            int delta = buffer.getInt();
            long timestamp = buffer.getLong();
            buffer.getInt(); // coordinator epoch
            buffer.getLong(); // first offset of an open transaction
            int firstSequence = Sequence.plus(lastSequence, -delta);
            states.put(
                    id,
                    epoch,
                    new SequencedBatch(firstSequence, lastSequence, lastOffset - delta, lastOffset, timestamp));
        }
        return Optional.of(states);
    }

    private static long crc(ByteBuffer buffer) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().clear().position(COUNT_AT));
        return crc.getValue();
    }
}
