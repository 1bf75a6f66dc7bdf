// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.Codec;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.record.RecordHeader;
import io.varve.core.record.RecordIterator;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Turns events into record batches, and back. Stateless. */
final class EventBatches {
    private EventBatches() {}

    /**
     * @param events at least one
     * @param nowMs stamps them
     * @return one batch
     */
    static ByteBuffer encode(List<NewEvent> events, long nowMs) {
        RecordBatchBuilder batch = new RecordBatchBuilder(Codec.NONE);
        for (NewEvent event : events) {
            ByteBuffer key = event.key() == null ? null : ByteBuffer.wrap(event.key());
            batch.append(nowMs, key, ByteBuffer.wrap(event.value()), event.headers());
        }
        return batch.build();
    }

    /**
     * @param batches whole batches, which are verified
     * @param from events before this offset are left out
     * @param stream the stream's name, for messages
     * @return the events, without markers of transactions, and where to read on
     * @throws StorageException CORRUPT if a batch is damaged and none precedes it
     */
    static EventPage decode(ByteBuffer batches, long from, Object stream) {
        List<StoredEvent> events = new ArrayList<>();
        long next = from;
        for (int at = batches.position(); at < batches.limit(); at += BatchHeader.sizeInBytes(batches, at)) {
            try {
                BatchValidator.validate(batches, at, batches.limit());
                if (!BatchHeader.isControl(batches, at)) {
                    add(batches, at, from, events);
                }
            } catch (InvalidBatchException e) {
                if (next > from) {
                    break; // the next read begins there, and fails
                }
                throw new StorageException(StorageException.Kind.CORRUPT, stream + " is damaged at offset " + next, e);
            }
            next = Math.max(from, BatchHeader.nextOffset(batches, at));
        }
        return new EventPage(events, next);
    }

    private static void add(ByteBuffer batches, int at, long from, List<StoredEvent> events) {
        try (RecordIterator records = RecordIterator.of(batches, at, Integer.MAX_VALUE)) {
            while (records.next()) {
                if (records.offset() >= from) {
                    events.add(new StoredEvent(
                            records.offset(),
                            records.timestamp(),
                            copy(records.key()),
                            copy(records.value()),
                            records.headers().stream()
                                    .map(header -> new RecordHeader(header.key(), wrapped(header.value())))
                                    .toList()));
                }
            }
        }
    }

    private static ByteBuffer wrapped(ByteBuffer bytes) {
        return bytes == null ? null : ByteBuffer.wrap(copy(bytes)).asReadOnlyBuffer();
    }

    private static byte[] copy(ByteBuffer bytes) {
        if (bytes == null) {
            return null;
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        return copy;
    }
}
