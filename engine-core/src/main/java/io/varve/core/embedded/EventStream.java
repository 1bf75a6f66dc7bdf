// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.append.EndOffsetConflictException;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Appends events to one stream of an {@link EventStore}, and reads them. Events have offsets: 0, 1, 2 and so
 * on. An event is shown to readers and subscribers when it survives a power cut, not before, and appends
 * that happen at the same time share one write to the disk.
 *
 * <p>Thread-safe. Appends of one stream are ordered; readers never wait for writers.
 */
public final class EventStream {
    private static final long ANYWHERE = -1;

    private final EventStore store;
    private final PartitionLog log;
    /** Held shared for each append and trim, so that none is under way when an owner begins to replay. */
    private final ReadWriteLock ownership = new ReentrantReadWriteLock();
    /** Guarded by {@link #ownership}. */
    private boolean owned;

    EventStream(EventStore store, PartitionLog log) {
        this.store = store;
        this.log = log;
    }

    /** @return the stream's name in its store */
    public String name() {
        return log.id().topic();
    }

    /** @return offset of the first event that is kept, inclusive; 0 unless the stream was trimmed */
    public long startOffset() {
        return log.logStartOffset();
    }

    /** @return offset after the last event that readers see, exclusive */
    public long endOffset() {
        return log.highWatermark();
    }

    /**
     * Appends events, all or none, and waits until they are durable.
     *
     * @param events the events, at least one
     * @return offset after the last of them: the end offset to expect in the next conditional append
     * @throws StorageException FULL if there is no space; CLOSED; MISUSE if an {@link EventSourced} owns the
     *     stream
     * @throws io.varve.core.log.append.AppendException if they take more than 64 MiB together
     */
    public long append(List<NewEvent> events) {
        return awaited(write(ANYWHERE, events));
    }

    /**
     * Appends events if nobody else has appended since: optimistic concurrency.
     *
     * @param expectedEndOffset where the caller believes that the stream ends, exclusive
     * @param events the events, at least one
     * @return offset after the last of them
     * @throws EndOffsetConflictException if the stream ends elsewhere; {@link
     *     EndOffsetConflictException#endOffset} says where. Nothing was appended
     * @throws StorageException as {@link #append(List)}
     */
    public long append(long expectedEndOffset, List<NewEvent> events) {
        return awaited(write(requireOffset(expectedEndOffset), events));
    }

    /**
     * As {@link #append(List)}, without waiting.
     *
     * @return completes, on a thread of the store's, when the events are durable; fails with the exceptions
     *     of {@link #append(List)}
     */
    public CompletableFuture<Long> appendAsync(List<NewEvent> events) {
        return store.answered(write(ANYWHERE, events));
    }

    /**
     * As {@link #append(long, List)}, without waiting. What was appended and is not durable yet counts as
     * well: several conditional appends may be under way, each at the end of the one before.
     *
     * @return completes, on a thread of the store's, when the events are durable; fails with the exceptions
     *     of {@link #append(long, List)}
     */
    public CompletableFuture<Long> appendAsync(long expectedEndOffset, List<NewEvent> events) {
        return store.answered(write(requireOffset(expectedEndOffset), events));
    }

    /**
     * Reads events that are durable.
     *
     * @param offset the first one's offset, from {@link #startOffset} to {@link #endOffset}
     * @param maxBytes about how many bytes to read, at least 1; one event is returned whatever its size
     * @return the events, and where to read on; no events at the end of the stream
     * @throws OffsetOutOfRangeException if there is no such offset
     * @throws StorageException CORRUPT if the events are damaged; CLOSED
     */
    public EventPage read(long offset, int maxBytes) {
        try (BatchSlice slice =
                log.reader().read(offset, maxBytes, Isolation.READ_UNCOMMITTED).slice()) {
            return EventBatches.decode(slice.buffer(), offset, log.id());
        }
    }

    /**
     * Passes events on as they become durable: first those that are there, then new ones.
     *
     * @param offset the first one's offset, from {@link #startOffset} to {@link #endOffset}
     * @param listener gets one event after another on a thread of the subscription's own. It may take its
     *     time: the next events are read when it returns. Its exception ends the subscription
     * @return ends the subscription; {@link Tail#ended} tells why it ended
     * @throws OffsetOutOfRangeException if there is no such offset
     */
    public Tail subscribe(long offset, Consumer<StoredEvent> listener) {
        return subscribe(offset, new EachEvent(listener));
    }

    /**
     * As {@link #subscribe(long, Consumer)}, by the rules of {@link Flow}: as many events as the subscriber
     * requests. {@code onComplete} comes when the store is closed, {@code onError} when the stream is
     * deleted or cannot be read.
     *
     * @param offset the first one's offset
     * @param subscriber gets the events on a thread of the subscription's own
     * @return ends the subscription, as {@link Flow.Subscription#cancel} does
     * @throws OffsetOutOfRangeException if there is no such offset
     */
    public Tail subscribe(long offset, Flow.Subscriber<? super StoredEvent> subscriber) {
        if (offset < startOffset() || offset > endOffset()) {
            throw new OffsetOutOfRangeException("offset " + offset + " of " + log.id() + " is not between "
                    + startOffset() + " and " + endOffset());
        }
        return store.follow(new Tail(this, log, offset, subscriber, store.scheduler()));
    }

    /**
     * Drops the events below an offset, for good; idempotent. Space is freed by whole segments.
     *
     * @param offset the first event to keep, at most {@link #endOffset}
     * @throws OffsetOutOfRangeException above the end
     * @throws StorageException CLOSED; MISUSE if an {@link EventSourced} owns the stream
     */
    public void trimTo(long offset) {
        awaited(unowned(() -> store.trim(log, offset)));
    }

    /** Reserves the stream for an event-sourced state: from now on nobody else may append or trim. */
    PartitionLog own() {
        own(true);
        return log;
    }

    void disown() {
        own(false);
    }

    private void own(boolean wanted) {
        Lock exclusive = ownership.writeLock();
        exclusive.lock();
        try {
            if (wanted) {
                requireUnowned();
            }
            owned = wanted;
        } finally {
            exclusive.unlock();
        }
    }

    /** Changes the stream unless it is owned; no owner comes before the change is made. */
    private <T> T unowned(Supplier<T> change) {
        Lock shared = ownership.readLock();
        shared.lock();
        try {
            requireUnowned();
            return change.get();
        } finally {
            shared.unlock();
        }
    }

    private void requireUnowned() {
        if (owned) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    log.id() + " belongs to an EventSourced, which alone may append: submit a command to it");
        }
    }

    private static long requireOffset(long expectedEndOffset) {
        if (expectedEndOffset < 0) {
            throw new IllegalArgumentException("expected end offset " + expectedEndOffset + " is below 0");
        }
        return expectedEndOffset;
    }

    /** @return completes on the committer's thread */
    private CompletableFuture<Long> write(long expectedEndOffset, List<NewEvent> events) {
        CompletableFuture<Long> durable = new CompletableFuture<>();
        try {
            ByteBuffer batch = EventBatches.encode(events, store.clock().millis());
            AppendResult appended = unowned(() -> expectedEndOffset == ANYWHERE
                    ? log.appender().append(batch, AppendOrigin.VOUCHED)
                    : log.appender().appendAt(expectedEndOffset, batch, AppendOrigin.VOUCHED));
            await(appended.nextOffset(), durable);
        } catch (RuntimeException e) {
            durable.completeExceptionally(e);
        }
        return durable;
    }

    /** The committer repeats a sync that failed and lost nothing. */
    private void await(long end, CompletableFuture<Long> durable) {
        log.awaitHighWatermark(end, failure -> {
            if (failure == null) {
                durable.complete(end);
            } else if (failure.kind() == StorageException.Kind.RETRY) {
                await(end, durable);
            } else {
                durable.completeExceptionally(failure);
            }
        });
    }

    private <T> T awaited(CompletableFuture<T> durable) {
        store.scheduler().await(durable, Scheduler.AgentStep.UNTIL_WOKEN);
        return result(durable);
    }

    /** @return the result of a completed future; throws what it failed with, as it is */
    static <T> T result(CompletableFuture<T> done) {
        try {
            return done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
