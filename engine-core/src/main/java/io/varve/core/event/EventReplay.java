// SPDX-License-Identifier: Apache-2.0
package io.varve.core.event;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.VerifyingLogReader;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * Replays every event of a log: a missing or damaged event ends the replay with an error. Used
 * by one thread.
 *
 * @param <E> an event
 */
public final class EventReplay<E> {
    private static final int REPLAY_BYTES = 1 << 20;

    private final PartitionLog log;
    private final EventCodec<E> codec;
    private final EventCodec.Sink<E> sink;
    /** Offset of the next event. */
    private long next;

    private EventReplay(PartitionLog log, long from, EventCodec<E> codec, EventCodec.Sink<E> sink) {
        this.log = log;
        this.next = from;
        this.codec = codec;
        this.sink = sink;
    }

    /**
     * Reads every event of a log. First waits until the log's end is durable: no state may depend on events
     * that a power cut could still remove.
     *
     * @param log the log of the events, with every offset from 0 on: such a log is never trimmed
     * @param codec how records become events
     * @param sink takes each batch in order
     * @param scheduler waits for the end to be durable
     * @throws StorageException as {@link io.varve.core.log.LogReader#read}, or if the end does not become
     *     durable; CORRUPT if an event is missing or damaged, the message naming log and offset
     */
    public static <E> void replay(PartitionLog log, EventCodec<E> codec, EventCodec.Sink<E> sink, Scheduler scheduler) {
        replayFrom(0, log, codec, sink, scheduler);
    }

    /**
     * As {@link #replay}, of the events that came after a state was kept.
     *
     * @param from offset of the first event, which is the first of a batch; the log has every offset from
     *     there on
     */
    public static <E> void replayFrom(
            long from, PartitionLog log, EventCodec<E> codec, EventCodec.Sink<E> sink, Scheduler scheduler) {
        new EventReplay<>(log, from, codec, sink).replay(scheduler);
    }

    private void replay(Scheduler scheduler) {
        long end = log.logEndOffset();
        StorageException failure = awaitDurable(log, end, scheduler);
        if (failure != null) {
            throw failure;
        }
        if (next < log.logStartOffset()) {
            throw damaged(next, "the events before offset " + log.logStartOffset() + " are gone");
        }
        VerifyingLogReader batches = new VerifyingLogReader(log, next, REPLAY_BYTES, this::decode, (offset, why) -> {
            throw damaged(offset, why);
        });
        while (batches.readOnce(end)) {
            // goes on until the end
        }
        if (next < end) {
            throw damaged(next, "the events from there to the log's end at " + end + " are gone");
        }
    }

    private void decode(ByteBuffer bytes) {
        for (int at = bytes.position(); at < bytes.limit(); at += BatchHeader.sizeInBytes(bytes, at)) {
            if (BatchHeader.baseOffset(bytes, at) != next) {
                throw damaged(next, "the events before offset " + BatchHeader.baseOffset(bytes, at) + " are gone");
            }
            next = BatchHeader.nextOffset(bytes, at);
        }
        codec.decode(bytes, sink);
    }

    private StorageException damaged(long offset, String why) {
        return new StorageException(
                StorageException.Kind.CORRUPT, log.id() + " is damaged at offset " + offset + ": " + why);
    }

    /**
     * Waits until the log is durable up to an offset. A failed sync that lost no records does not end the
     * wait: the committer repeats it.
     *
     * @return null when the log is durable up to the offset, else why it will not be
     */
    static StorageException awaitDurable(PartitionLog log, long offset, Scheduler scheduler) {
        while (true) {
            CompletableFuture<StorageException> outcome = new CompletableFuture<>();
            log.awaitHighWatermark(offset, outcome::complete);
            scheduler.await(outcome, Scheduler.AgentStep.UNTIL_WOKEN);
            StorageException failure = outcome.join();
            if (failure == null || failure.kind() != StorageException.Kind.RETRY) {
                return failure;
            }
        }
    }
}
