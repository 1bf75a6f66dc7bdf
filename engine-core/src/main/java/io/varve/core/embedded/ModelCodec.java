// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import io.varve.core.event.EventCodec;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.Clock;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes the events of a model as record batches, one record an event. Thread-safe if the model is.
 *
 * @param <E> an event
 */
record ModelCodec<E>(EventModel<?, E> model, Clock clock) implements EventCodec<E> {
    @Override
    public ByteBuffer encode(List<E> events) {
        return EventBatches.encode(
                events.stream().map(event -> NewEvent.of(model.write(event))).toList(), clock.millis());
    }

    @Override
    public void decode(ByteBuffer batches, Sink<E> sink) {
        for (int at = batches.position(); at < batches.limit(); ) {
            int end = at + BatchHeader.sizeInBytes(batches, at);
            ByteBuffer batch =
                    batches.duplicate().order(batches.order()).limit(end).position(at);
            EventPage page = EventBatches.decode(batch, BatchHeader.baseOffset(batches, at), "the log of events");
            sink.batch(page.events().stream().map(this::read).toList(), page.nextOffset());
            at = end;
        }
    }

    private E read(StoredEvent event) {
        try {
            return model.read(event.value());
        } catch (RuntimeException e) {
            throw new IllegalStateException("the event at offset " + event.offset() + " cannot be read", e);
        }
    }
}
