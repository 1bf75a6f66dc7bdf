// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import io.varve.core.compaction.CompactionConfig;
import io.varve.core.compaction.CompactionLimits;
import io.varve.core.engine.EngineConfig;
import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.CloseSteps;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps streams of events in a directory, or in memory: the engine of a Varve server, in your process. The
 * backend is a jar on the class path: {@code backend-file} or {@code backend-lmdb}.
 *
 * <pre>{@code
 * try (EventStore store = EventStore.open("file", Path.of("data"))) {
 *     EventStream orders = store.stream("orders");
 *     long end = orders.append(List.of(NewEvent.of("ordered 3 apples"), NewEvent.of("ordered 1 pear")));
 *
 *     // Only if nobody has appended since; otherwise the exception tells where the stream ends now.
 *     orders.append(end, List.of(NewEvent.of("paid")));
 *
 *     for (StoredEvent event : orders.read(0, 64 * 1024).events()) {
 *         System.out.println(event.offset() + ": " + event.text());
 *     }
 *
 *     // What is there, and then what comes, until the tail is closed.
 *     Tail tail = orders.subscribe(0, event -> System.out.println("seen: " + event.text()));
 *     ...
 *     tail.close();
 * }
 * }</pre>
 *
 * <p>What an append has returned for, survives a power cut. One process at a time can have a directory open.
 * A state that is derived from events, and decides which events come next, is an {@link EventSourced}.
 *
 * <p>Thread-safe.
 */
public final class EventStore implements AutoCloseable {
    private static final String SERVERS_METADATA = "__cluster_metadata";
    private static final int BACKGROUND_THREADS = 2;
    private static final int MAX_APPEND_BYTES = 64 << 20;
    private static final EngineConfig ENGINE = new EngineConfig(
            EngineConfig.DEFAULT.durability(),
            EngineConfig.DEFAULT.flushIntervalMs(),
            EngineConfig.DEFAULT.flushIntervalMessages(),
            EngineConfig.DEFAULT.producerIdExpirationMs(),
            EngineConfig.DEFAULT.retention(),
            CompactionConfig.BY_HAND);

    /** Events are kept until they are trimmed. */
    private static final PartitionConfig STREAM = new PartitionConfig(
            SegmentLimits.DEFAULT, MAX_APPEND_BYTES, false, Long.MAX_VALUE, Long.MAX_VALUE, CompactionLimits.NONE);

    private final Clock clock;
    private final Scheduler scheduler;
    private final Ids ids;
    private final LogEngine engine;
    private final AnswerQueue answers;
    /** Ids of all streams. Its lock is that of {@link #streams} and {@link #closed} too. */
    private final SortedMap<String, PartitionId> stored = new TreeMap<>();
    /** Of each stream that is open. */
    private final Map<String, EventStream> streams = new ConcurrentHashMap<>();

    private final Set<Tail> tails = ConcurrentHashMap.newKeySet();
    private final Set<EventSourced<?, ?>> states = ConcurrentHashMap.newKeySet();
    private boolean closed;

    private EventStore(StorageProvider backend, StorageContext context) {
        clock = context.clock();
        scheduler = context.scheduler();
        ids = context.ids();
        engine = LogEngine.open(backend, context, ENGINE);
        answers = new AnswerQueue(scheduler);
        engine.stored().forEach(id -> stored.put(id.topic(), id));
    }

    /**
     * Opens a directory, and recovers it if the process before did not close it.
     *
     * @param backend the backend's name, such as {@code file}; always the same one for a directory
     * @param directory created if it is absent
     * @return the store, for the caller to close
     * @throws StorageException MISUSE if there is no such backend, or the directory is a server's; RETRY if
     *     another process has the directory open; CORRUPT if it cannot be opened without a loss
     */
    public static EventStore open(String backend, Path directory) {
        return open(backend, directory, Map.of());
    }

    /**
     * As {@link #open(String, Path)}, with settings of the backend.
     *
     * @param settings values by key, such as {@code lmdb.map.size}; others have their defaults
     */
    public static EventStore open(String backend, Path directory, Map<String, String> settings) {
        SortedMap<String, StorageProvider> backends = StorageProvider.all();
        StorageProvider named = backends.get(backend);
        if (named == null) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    "there is no backend " + backend + " on the class path, only "
                            + String.join(", ", backends.keySet()) + ": is the jar backend-" + backend + " missing?");
        }
        SystemScheduler scheduler = new SystemScheduler(BACKGROUND_THREADS);
        StorageContext context = new StorageContext(
                List.of(directory.toAbsolutePath()),
                settings,
                Clock.system(),
                scheduler,
                Ids.random(),
                new FailPoints());
        try {
            return open(named, context);
        } catch (RuntimeException e) {
            scheduler.close();
            throw e;
        }
    }

    /** @return an empty store that keeps everything on the heap, for tests */
    public static EventStore inMemory() {
        return open("memory", Path.of("event-store-in-memory"));
    }

    /**
     * Opens a store on what the caller provides: in virtual time, for instance.
     *
     * @param backend makes the storage
     * @param context directories, settings, time, threads and randomness
     * @return the store; it closes the context's scheduler
     * @throws StorageException as {@link #open(String, Path)}; the scheduler is open then
     */
    public static EventStore open(StorageProvider backend, StorageContext context) {
        EventStore store = new EventStore(backend, context);
        if (store.names().contains(SERVERS_METADATA)) {
            CloseSteps.run(List.of(store.engine::close, store.answers::close));
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    context.directories() + " is a Varve server's: name another directory, or be its client");
        }
        return store;
    }

    /**
     * Opens a stream, and creates it if it is absent. A stream that is open already is returned again.
     *
     * @param name 1 to 249 characters of {@code [a-zA-Z0-9._-]}, and neither "." nor ".."
     * @return the stream, until it is deleted or the store is closed
     * @throws StorageException MISUSE for another name; CLOSED
     */
    public EventStream stream(String name) {
        EventStream present = streams.get(name);
        if (present != null) {
            return present;
        }
        synchronized (stored) {
            requireOpen();
            return streams.computeIfAbsent(name, absent -> {
                PartitionId id = stored.containsKey(name) ? stored.get(name) : new PartitionId(name, ids.next(), 0);
                EventStream opened = new EventStream(this, engine.open(id, 0, STREAM));
                stored.put(name, id);
                return opened;
            });
        }
    }

    /** @return the names of all streams, in their order; a copy */
    public Set<String> names() {
        synchronized (stored) {
            return new TreeSet<>(stored.keySet());
        }
    }

    /**
     * Deletes a stream with all its events; idempotent. Its subscriptions end with an error.
     *
     * @param name the stream's name
     * @throws StorageException FULL if it could not be deleted now; CLOSED
     */
    public void delete(String name) {
        synchronized (stored) {
            requireOpen();
            PartitionId id = stored.get(name);
            if (id != null) {
                engine.delete(id);
                stored.remove(name);
                streams.remove(name);
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new StorageException(StorageException.Kind.CLOSED, "the event store is closed");
        }
    }

    /**
     * Ends subscriptions and event-sourced states, makes what was appended durable, completes every future,
     * and releases the directory. Idempotent.
     */
    @Override
    public void close() {
        synchronized (stored) {
            if (closed) {
                return;
            }
            closed = true;
        }
        List<Runnable> steps = new ArrayList<>();
        tails.forEach(tail -> steps.add(tail::complete));
        states.forEach(state -> steps.add(state::close));
        steps.addAll(List.of(engine::close, answers::close, scheduler::close));
        CloseSteps.run(steps);
    }

    Clock clock() {
        return clock;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    Tail follow(Tail tail) {
        synchronized (stored) {
            if (closed) {
                tail.close();
            }
            requireOpen();
            tails.add(tail);
            tail.start(); // not later: a close meanwhile would end a tail that tells nobody of it
        }
        tail.ended().whenComplete((done, failure) -> tails.remove(tail));
        return tail;
    }

    /** @throws StorageException CLOSED */
    void add(EventSourced<?, ?> state) {
        synchronized (stored) {
            requireOpen();
            states.add(state);
        }
    }

    void remove(EventSourced<?, ?> state) {
        states.remove(state);
    }

    /** @return completes when the trim, which is made at once, is durable */
    CompletableFuture<Void> trim(PartitionLog log, long offset) {
        return engine.deleteRecords(log, offset).toCompletableFuture();
    }

    /** @return completes as the given future does, on the thread for answers */
    <T> CompletableFuture<T> answered(CompletableFuture<T> inner) {
        if (inner.isDone()) {
            return inner; // nobody has hung anything on it yet
        }
        CompletableFuture<T> outer = new CompletableFuture<>();
        inner.whenComplete((value, failure) -> answers.add(() -> {
            if (failure == null) {
                outer.complete(value);
            } else {
                outer.completeExceptionally(failure);
            }
        }));
        return outer;
    }
}
