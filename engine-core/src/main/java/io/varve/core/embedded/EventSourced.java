// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import io.varve.core.event.Command;
import io.varve.core.event.EventLog;
import io.varve.core.event.EventReplay;
import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps a state that is nothing but its events: commands decide events, events are stored, stored events
 * change the state. The next process has the same state again.
 *
 * <pre>{@code
 * EventSourced<Account, Moved> account = EventSourced.open(store, "account-17", new AccountModel());
 *
 * account.execute(state -> {
 *     if (state.cents() < 500) {
 *         throw new NotCovered(state.cents());                     // refuses: nothing happens
 *     }
 *     return Decision.of(List.of(new Moved(-500)), "paid");        // events, and the command's answer
 * });
 * account.state().cents();
 * }</pre>
 *
 * <p>Commands are decided one after another, each on the state after the one before; many that come together
 * share one write to the disk. No event shows in {@link #state} before it survives a power cut. After a
 * failure of the disk that may have lost events, commands are refused until the store is opened again.
 *
 * <p>With a {@link StateCodec} a start reads the newest snapshot and the events after it. A snapshot is
 * written at the close, and after so many events.
 *
 * <p>The stream belongs to this object alone; others may read it and subscribe to it. Thread-safe.
 *
 * @param <S> the state, immutable
 * @param <E> an event
 */
public final class EventSourced<S, E> implements AutoCloseable {
    private static final int NEVER = Integer.MAX_VALUE;

    /** @param offset offset after the last event in the state */
    private record Folded<S>(S state, long offset) {}

    private final EventStore store;
    private final EventStream stream;
    private final Optional<StateSnapshots<S>> snapshots;
    private final int snapshotEvery;
    private final EventLog<Folded<S>, E> events;
    private long kept;
    private boolean closed;

    private EventSourced(
            EventStore store,
            EventStream stream,
            EventModel<S, E> model,
            Optional<StateCodec<S>> states,
            int snapshotEvery) {
        this.store = store;
        this.stream = stream;
        this.snapshotEvery = snapshotEvery;
        PartitionLog log = stream.own();
        try {
            snapshots = states.map(codec -> new StateSnapshots<>(log, codec));
            ModelCodec<E> codec = new ModelCodec<>(model, store.clock());
            events = new EventLog<>(
                    log,
                    codec,
                    (before, happened, end) -> applied(model, before, happened, end),
                    replayed(log, model, codec),
                    new NoPreparation<>(),
                    this::shown,
                    store.scheduler());
        } catch (RuntimeException e) {
            stream.disown();
            throw e;
        }
        try {
            store.add(this);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Opens a state, and replays all its events.
     *
     * @param store the open store; its close closes the state
     * @param name the stream's name, as {@link EventStore#stream} takes it
     * @param model what events mean
     * @return the state after every stored event
     * @throws io.varve.core.spi.StorageException MISUSE if it is open already; CORRUPT if an event is damaged
     *     or missing; CLOSED
     */
    public static <S, E> EventSourced<S, E> open(EventStore store, String name, EventModel<S, E> model) {
        return new EventSourced<>(store, store.stream(name), model, Optional.empty(), NEVER);
    }

    /**
     * As {@link #open(EventStore, String, EventModel)}, from the newest snapshot on.
     *
     * @param states how a state is written
     * @param snapshotEvery after how many events a snapshot is due, at least 1: a start after a crash replays
     *     about as many
     */
    public static <S, E> EventSourced<S, E> open(
            EventStore store, String name, EventModel<S, E> model, StateCodec<S> states, int snapshotEvery) {
        if (snapshotEvery < 1) {
            throw new IllegalArgumentException(
                    "a snapshot after every " + snapshotEvery + " events; must be at least 1");
        }
        return new EventSourced<>(store, store.stream(name), model, Optional.of(states), snapshotEvery);
    }

    private Folded<S> replayed(PartitionLog log, EventModel<S, E> model, ModelCodec<E> codec) {
        StateSnapshots.Kept<S> begin = snapshots
                .flatMap(blobs -> blobs.newest(log.logEndOffset()))
                .orElseGet(() -> new StateSnapshots.Kept<>(model.initial(), 0));
        kept = begin.offset();
        List<Folded<S>> last = new ArrayList<>(List.of(new Folded<>(begin.state(), begin.offset())));
        EventReplay.replayFrom(
                begin.offset(),
                log,
                codec,
                (happened, end) -> last.set(0, applied(model, last.get(0), happened, end)),
                store.scheduler());
        return last.get(0);
    }

    private static <S, E> Folded<S> applied(EventModel<S, E> model, Folded<S> before, List<E> happened, long end) {
        S state = before.state();
        for (E event : happened) {
            state = Objects.requireNonNull(model.apply(state, event), "state");
        }
        return new Folded<>(state, end);
    }

    /** Runs in the writer's steps, when the events are durable. */
    private void shown(List<Folded<S>> states) {
        Folded<S> newest = states.get(states.size() - 1);
        if (newest.offset() - kept >= snapshotEvery) {
            keep(newest);
        }
    }

    private void keep(Folded<S> state) {
        snapshots.ifPresent(blobs -> {
            if (blobs.write(state.state(), state.offset())) {
                kept = state.offset();
            }
        });
    }

    /** @return the state after the last durable event */
    public S state() {
        return events.state().state();
    }

    /** @return the stream of the events, to read and to subscribe to */
    public EventStream stream() {
        return stream;
    }

    /**
     * Decides a command, and waits until its events are durable and show in {@link #state}.
     *
     * @param command decides events and an answer on the current state, or throws to refuse; must be short
     *     and must not block, for others wait
     * @return the answer
     * @throws RuntimeException what the command threw: nothing has happened then
     * @throws io.varve.core.spi.StorageException FULL if there is no space for the events; CLOSED; any other
     *     kind if it is unknown whether the events are stored
     */
    public <R> R execute(Command<S, E, R> command) {
        CompletableFuture<R> decided = queued(command);
        store.scheduler().await(decided, Scheduler.AgentStep.UNTIL_WOKEN);
        return EventStream.result(decided);
    }

    /**
     * As {@link #execute}, without waiting.
     *
     * @return completes, on a thread of the store's, with the answer; fails with the exceptions of
     *     {@link #execute}
     */
    public <R> CompletableFuture<R> submit(Command<S, E, R> command) {
        return store.answered(queued(command));
    }

    private <R> CompletableFuture<R> queued(Command<S, E, R> command) {
        Objects.requireNonNull(command, "command");
        return events.submit(folded -> command.decide(folded.state()));
    }

    /**
     * Refuses further commands, finishes those that were submitted, and writes a snapshot if there were
     * events since the last one. A command that does not end within 5 s is left behind: the others are
     * refused, no snapshot is written, and the stream is free when that command has ended. Idempotent.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        events.close();
        CompletableFuture<Void> ended = events.ended();
        if (ended.isDone()) { // otherwise the writer may still keep a snapshot, and append
            Folded<S> last = events.state();
            if (last.offset() > kept) {
                keep(last);
            }
        }
        ended.thenRun(() -> {
            stream.disown();
            store.remove(this);
        });
    }

    /** Lets events be logged as soon as they are decided. */
    private static final class NoPreparation<S> implements EventLog.Preparation<S> {
        @Override
        public boolean waits(S inForce, S next) {
            return false;
        }

        @Override
        public Runnable prepare(S before, S next) {
            return () -> {};
        }
    }
}
