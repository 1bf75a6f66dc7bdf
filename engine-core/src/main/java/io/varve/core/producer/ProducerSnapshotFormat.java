// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

import io.varve.core.record.Crc32c;
import io.varve.core.transaction.TransactionIndex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Writes and reads the bytes of a snapshot of producer state: Kafka's {@code .snapshot} file, version 1.
 * Kafka writes one entry for each producer, its last batch. Here every remembered batch has an entry, oldest
 * first: a client that lost the responses in a restart sends all its batches in flight again. Kafka's reader
 * takes the last entry of a producer, and this reader accepts Kafka's single entry.
 *
 * <pre>
 *  0 version   int16   1
 *  2 crc       uint32  CRC-32C of everything after it
 *  6 count     int32
 * 10 entries, 46 bytes each:
 *      producerId int64, producerEpoch int16, lastSequence int32, lastOffset int64, offsetDelta int32,
 *      timestamp int64, coordinatorEpoch int32, currentTxnFirstOffset int64
 *    only when transactions were aborted; Kafka's reader skips it:
 *      parts int32, and for each segment that has any, 24 bytes:
 *      base int64, lastMarker int64, count int32, crc int32
 * </pre>
 *
 * A producer with markers only has one entry with -1 for sequence and offset. The parts describe the
 * segments' {@link TransactionIndex}: a snapshot whose index does not match them must not be used, since it
 * would forget aborted transactions.
 *
 * <p>Source: Kafka's ProducerStateManager. Stateless, thread-safe.
 */
public final class ProducerSnapshotFormat {
    /** The snapshot's name in {@link io.varve.core.spi.Snapshots}. */
    public static final String NAME = "producer";

    private static final short VERSION = 1;
    private static final int CRC_AT = 2;
    private static final int COUNT_AT = 6;
    private static final int ENTRIES_AT = 10;
    private static final int ENTRY_BYTES = 46;
    private static final int PART_BYTES = 24;
    private static final long NO_OFFSET = -1;
    private static final int NO_SEQUENCE = -1;

    private ProducerSnapshotFormat() {}

    /**
     * Holds the content of a snapshot.
     *
     * @param states the producers, without the aborted transactions
     * @param index the parts of the index of aborted transactions, by segment, ascending
     */
    public record Content(ProducerStates states, List<TransactionIndex.Part> index) {}

    /**
     * @param states the producers to write
     * @param index describes the stored index of aborted transactions
     * @return the snapshot's bytes, ready to read
     */
    public static ByteBuffer write(ProducerStates states, List<TransactionIndex.Part> index) {
        int count = states.entries().values().stream()
                .mapToInt(entry -> Math.max(1, entry.batches().size()))
                .sum();
        int parts = index.isEmpty() ? 0 : Integer.BYTES + PART_BYTES * index.size();
        ByteBuffer buffer = ByteBuffer.allocate(ENTRIES_AT + ENTRY_BYTES * count + parts);
        buffer.putShort(VERSION).putInt(0).putInt(count);
        states.entries().forEach((id, entry) -> write(id, entry, buffer));
        if (!index.isEmpty()) {
            buffer.putInt(index.size());
            index.forEach(part -> buffer.putLong(part.base())
                    .putLong(part.lastMarker())
                    .putInt(part.count())
                    .putInt(part.crc()));
        }
        buffer.putInt(CRC_AT, crc(buffer));
        return buffer.flip();
    }

    private static void write(long id, ProducerEntry entry, ByteBuffer buffer) {
        if (entry.batches().isEmpty()) {
            write(id, entry, null, entry.lastTimestamp(), buffer);
        }
        Iterator<SequencedBatch> batches = entry.batches().iterator();
        while (batches.hasNext()) {
            SequencedBatch batch = batches.next();
            // The last entry has the time when the producer was active last, perhaps that of a marker.
            write(id, entry, batch, batches.hasNext() ? batch.timestamp() : entry.lastTimestamp(), buffer);
        }
    }

    private static void write(long id, ProducerEntry entry, SequencedBatch batch, long timestamp, ByteBuffer buffer) {
        buffer.putLong(id)
                .putShort(entry.epoch())
                .putInt(batch == null ? NO_SEQUENCE : batch.lastSequence())
                .putLong(batch == null ? NO_OFFSET : batch.lastOffset())
                .putInt(batch == null ? 0 : (int) (batch.lastOffset() - batch.firstOffset()))
                .putLong(timestamp)
                .putInt(entry.coordinatorEpoch())
                .putLong(entry.transactionStart());
    }

    /**
     * @param bytes a snapshot, from position to limit; not moved
     * @return the content, or empty when the bytes are damaged or of another version: then the replay begins
     *     further back
     */
    public static Optional<Content> read(ByteBuffer bytes) {
        ByteBuffer buffer = bytes.slice();
        if (buffer.remaining() < ENTRIES_AT || buffer.getShort(0) != VERSION) {
            return Optional.empty();
        }
        int count = buffer.getInt(COUNT_AT);
        long partsAt = ENTRIES_AT + (long) ENTRY_BYTES * count;
        boolean whole = count >= 0 && buffer.remaining() >= partsAt;
        if (!whole || buffer.getInt(CRC_AT) != crc(buffer)) {
            return Optional.empty();
        }
        ProducerStates states = new ProducerStates();
        buffer.position(ENTRIES_AT);
        for (int i = 0; i < count; i++) {
            readEntry(buffer, states);
        }
        return readIndex(buffer).map(index -> new Content(states, index));
    }

    private static void readEntry(ByteBuffer buffer, ProducerStates states) {
        long id = buffer.getLong();
        short epoch = buffer.getShort();
        int lastSequence = buffer.getInt();
        long lastOffset = buffer.getLong();
        int delta = buffer.getInt();
        long timestamp = buffer.getLong();
        int coordinatorEpoch = buffer.getInt();
        long transactionStart = buffer.getLong();
        int firstSequence = SequenceNumbers.plus(lastSequence, -delta);
        states.restore(
                new ProducerInfo(id, epoch, lastSequence, timestamp, coordinatorEpoch, transactionStart, lastOffset),
                lastSequence < 0
                        ? null
                        : new SequencedBatch(firstSequence, lastSequence, lastOffset - delta, lastOffset, timestamp));
    }

    private static Optional<List<TransactionIndex.Part>> readIndex(ByteBuffer buffer) {
        if (!buffer.hasRemaining()) {
            return Optional.of(List.of());
        }
        if (buffer.remaining() < Integer.BYTES) {
            return Optional.empty();
        }
        int parts = buffer.getInt();
        if (parts < 1 || buffer.remaining() != (long) PART_BYTES * parts) {
            return Optional.empty();
        }
        List<TransactionIndex.Part> index = new ArrayList<>(parts);
        for (int i = 0; i < parts; i++) {
            index.add(new TransactionIndex.Part(buffer.getLong(), buffer.getLong(), buffer.getInt(), buffer.getInt()));
        }
        return Optional.of(index);
    }

    private static int crc(ByteBuffer buffer) {
        return Crc32c.of(buffer, COUNT_AT, buffer.capacity() - COUNT_AT);
    }
}
