// SPDX-License-Identifier: Apache-2.0
package io.varve.core.event;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.EndOffsetConflictException;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes a state by logging events, as the only writer of their log. {@link EventReplay} reads the log back.
 *
 * <pre>
 *   submit --> queue --> [ decide --> prepare --> append ]* --> wait until durable --> state --> effects --> answers
 *                         `--- one round: whatever is queued, in order, by one agent ---'
 * </pre>
 *
 * A command sees the events of every earlier command, so that a round of many commands costs one sync. No
 * event becomes visible before it is durable. When the log has no space for a command's events, only that
 * command fails, and may be submitted again. When a sync has failed for good, it is unknown whether the last
 * events survive: the writer refuses every command from then on, and the next start replays the events that
 * survived.
 *
 * <p>Thread-safe.
 *
 * @param <S> the state, immutable
 * @param <E> an event
 */
public final class EventLog<S, E> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);
    private static final int ROUND = 1000;
    private static final long CLOSE_MS = 5_000;

    /**
     * Changes the state.
     *
     * @param <S> the state
     * @param <E> an event
     */
    @FunctionalInterface
    public interface Fold<S, E> {
        /**
         * @param state the state before; must not be changed
         * @param events the events of one command
         * @param nextOffset offset after the events
         * @return the state after
         */
        S apply(S state, List<E> events, long nextOffset);
    }

    /**
     * Does the work that must precede the logging of events, in the writer's steps.
     *
     * @param <S> the state
     */
    public interface Preparation<S> {
        /**
         * @param inForce the state whose effects took place
         * @param next the state after the events
         * @return true if the effects of earlier commands must take place before these events can be prepared
         */
        boolean waits(S inForce, S next);

        /**
         * @param before the state before the events
         * @param next the state after them
         * @return undoes the preparation, when the log refuses the events
         * @throws RuntimeException to refuse the command: its future fails with it; the preparation must have
         *     had no effect
         */
        Runnable prepare(S before, S next);
    }

    private record Pending<S, E, R>(Command<S, E, R> command, CompletableFuture<R> future) {}

    private record Decided<E, R>(Decision<E, R> decision, CompletableFuture<R> future) {
        void answer() {
            try {
                future.complete(decision.answer().get());
            } catch (RuntimeException e) {
                future.completeExceptionally(e);
            }
        }
    }

    private final PartitionLog log;
    private final EventCodec<E> codec;
    private final Fold<S, E> fold;
    private final Preparation<S> preparation;
    private final Consumer<List<S>> effects;
    private final Scheduler scheduler;
    private final Queue<Pending<S, E, ?>> queue = new ConcurrentLinkedQueue<>();
    private final Scheduler.Agent writer;
    private volatile S state;
    private volatile RuntimeException refusing;
    private volatile boolean closing;
    /** A close waits no longer: what is queued is refused. */
    private volatile boolean overdue;

    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    /** Where the next event goes: the log's end, unless somebody else has appended. Used by the writer. */
    private long next;

    /**
     * Starts the writer on a log that was replayed.
     *
     * @param log the log of the events; it must have no other writer
     * @param codec how events become records
     * @param fold how events change the state
     * @param initial the state after every event in the log
     * @param preparation does the work that must precede the logging of events
     * @param effects given, in the writer's steps, the states of a round in order, when their events are
     *     durable; the answers wait for its return
     * @param scheduler runs the writer
     */
    public EventLog(
            PartitionLog log,
            EventCodec<E> codec,
            Fold<S, E> fold,
            S initial,
            Preparation<S> preparation,
            Consumer<List<S>> effects,
            Scheduler scheduler) {
        this.log = Objects.requireNonNull(log, "log");
        this.codec = Objects.requireNonNull(codec, "codec");
        this.fold = Objects.requireNonNull(fold, "fold");
        this.preparation = Objects.requireNonNull(preparation, "preparation");
        this.effects = Objects.requireNonNull(effects, "effects");
        this.state = Objects.requireNonNull(initial, "initial");
        this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
        this.next = log.logEndOffset();
        writer = scheduler.worker("events-" + log.id().topic(), this::run);
    }

    /** @return the state after the last durable event whose effects took place */
    public S state() {
        return state;
    }

    /**
     * Queues a command.
     *
     * @param command decides the events
     * @return completes, in the writer's steps, with the answer when the events are durable and their
     *     effects took place; fails with the command's exception, or with a {@link StorageException}: the
     *     log's, or CLOSED
     */
    public <R> CompletableFuture<R> submit(Command<S, E, R> command) {
        Pending<S, E, R> pending = new Pending<>(Objects.requireNonNull(command, "command"), new CompletableFuture<>());
        if (closing) {
            pending.future.completeExceptionally(closed());
            return pending.future;
        }
        queue.add(pending);
        writer.wake();
        RuntimeException refused = refusing;
        if (refused != null && queue.remove(pending)) {
            pending.future.completeExceptionally(refused);
        }
        return pending.future;
    }

    /**
     * Refuses every command from now on, and waits at most 5 s until those that are queued are answered.
     * Those that no round has begun by then are refused. Idempotent.
     */
    @Override
    public void close() {
        closing = true;
        if (!writer.close(CLOSE_MS)) {
            LOG.warn("The writer of {} is still busy after {} ms", log.id(), CLOSE_MS);
            overdue = true;
            refuseQueued(closed());
        }
    }

    /** @return completes after a {@link #close}, when the writer appends nothing more */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    private long run() {
        boolean last = closing;
        if (refusing == null && overdue) {
            refusing = closed();
        }
        try {
            if (refusing == null) {
                round(take());
            }
        } catch (RuntimeException | Error e) {
            LOG.error("The writer of {} died; refusing changes until restart", log.id(), e);
            refusing = new StorageException(StorageException.Kind.CLOSED, log.id() + ": its writer died", e);
        }
        if (refusing == null && !queue.isEmpty()) {
            return Scheduler.AgentStep.AGAIN;
        }
        if (refusing == null && last) {
            refusing = closed();
        }
        if (refusing != null) {
            refuseQueued(refusing);
            if (last) {
                ended.complete(null);
            }
        }
        return Scheduler.AgentStep.UNTIL_WOKEN;
    }

    private StorageException closed() {
        return new StorageException(StorageException.Kind.CLOSED, log.id() + " is closed");
    }

    private List<Pending<S, E, ?>> take() {
        List<Pending<S, E, ?>> round = new ArrayList<>();
        while (round.size() < ROUND && !queue.isEmpty()) {
            Pending<S, E, ?> next = queue.poll(); // null if its submitter has just taken it back
            if (next != null) {
                round.add(next);
            }
        }
        return round;
    }

    private void refuseQueued(RuntimeException why) {
        for (Pending<S, E, ?> late = queue.poll(); late != null; late = queue.poll()) {
            late.future.completeExceptionally(why);
        }
    }

    private void round(List<Pending<S, E, ?>> commands) {
        Round round = new Round();
        for (Pending<S, E, ?> pending : commands) {
            try {
                if (refusing != null) {
                    throw refusing;
                }
                round.add(pending);
            } catch (RuntimeException e) {
                pending.future.completeExceptionally(e);
            }
        }
        if (refusing == null) {
            round.finish();
        }
    }

    /** Decides commands whose events become durable together. */
    private final class Round {
        private S working = state;
        private long end = -1;
        private final List<S> states = new ArrayList<>();
        private final List<Decided<E, ?>> decided = new ArrayList<>();

        void add(Pending<S, E, ?> pending) {
            Decided<E, ?> answer = decide(pending, working);
            List<E> events = answer.decision.events();
            if (!events.isEmpty()) {
                S after = fold.apply(working, events, next + events.size());
                if (end >= 0 && preparation.waits(state, after)) {
                    finish();
                    if (refusing != null) {
                        throw refusing;
                    }
                }
                log(events, after);
            }
            decided.add(answer);
        }

        private void log(List<E> events, S after) {
            Runnable undo = preparation.prepare(working, after);
            try {
                end = log.appender()
                        .appendAt(next, codec.encode(events), AppendOrigin.BROKER)
                        .nextOffset();
            } catch (EndOffsetConflictException e) {
                undo.run();
                throw new StorageException(
                        StorageException.Kind.MISUSE,
                        log.id() + " has events of another writer from offset " + next + " on, which the state misses",
                        e);
            } catch (RuntimeException e) {
                undo.run();
                throw e;
            }
            next = end;
            working = after;
            states.add(after);
        }

        void finish() {
            StorageException failure = end < 0 ? null : EventReplay.awaitDurable(log, end, scheduler);
            if (failure != null) {
                LOG.error(
                        "Events below offset {} of {} may not be durable; refusing changes until restart",
                        end,
                        log.id());
                refusing = failure;
                decided.forEach(d -> d.future.completeExceptionally(failure));
                return;
            }
            state = working;
            takeEffect(states);
            decided.forEach(Decided::answer);
            end = -1;
            states.clear();
            decided.clear();
        }
    }

    private void takeEffect(List<S> states) {
        if (states.isEmpty()) {
            return;
        }
        try {
            effects.accept(states);
        } catch (RuntimeException e) {
            LOG.error(
                    "Durable events of {} could not be put into force entirely; a restart does it, by their replay",
                    log.id(),
                    e);
        }
    }

    private static <S, E, R> Decided<E, R> decide(Pending<S, E, R> pending, S state) {
        return new Decided<>(pending.command.decide(state), pending.future);
    }
}
