// SPDX-License-Identifier: Apache-2.0
package io.varve.core.event;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes a state by logging events, as the only writer of their log. {@link EventReplay} reads the log back.
 *
 * <pre>
 *   submit --> queue --> [ decide --> prepare --> append ]* --> wait until durable --> state --> effects --> answers
 *                         `--- one round: whatever is queued, on one thread, in order ---'
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
     * Does the work that must precede the logging of events, on the writer's thread.
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
    private final BlockingQueue<Pending<S, E, ?>> queue = new LinkedBlockingQueue<>();
    private final Pending<S, E, ?> stop = new Pending<>(null, null);
    private final Thread writer;
    private volatile S state;
    private volatile RuntimeException refusing;

    /**
     * Starts the writer on a log that was replayed.
     *
     * @param log the log of the events; it must have no other writer
     * @param codec how events become records
     * @param fold how events change the state
     * @param initial the state after every event in the log
     * @param preparation does the work that must precede the logging of events
     * @param effects given, on the writer's thread, the states of a round in order, when their events are
     *     durable; the answers wait for its return
     * @param scheduler gives the writer its thread
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
        writer = scheduler.start("events-" + log.id().topic(), this::run);
    }

    /** @return the state after the last durable event whose effects took place */
    public S state() {
        return state;
    }

    /**
     * Queues a command.
     *
     * @param command decides the events
     * @return completes, on the writer's thread, with the answer when the events are durable and their
     *     effects took place; fails with the command's exception, or with a {@link StorageException}: the
     *     log's, or CLOSED
     */
    public <R> CompletableFuture<R> submit(Command<S, E, R> command) {
        Pending<S, E, R> pending = new Pending<>(Objects.requireNonNull(command, "command"), new CompletableFuture<>());
        queue.add(pending);
        RuntimeException refused = refusing;
        if (refused != null && queue.remove(pending)) {
            pending.future.completeExceptionally(refused);
        }
        return pending.future;
    }

    /**
     * Lets the round in progress finish, refuses the queued commands, and ends the writer's thread.
     * Idempotent.
     */
    @Override
    public void close() {
        queue.add(stop);
        boolean interrupted = false;
        boolean waiting = true;
        while (waiting) {
            try {
                writer.join(CLOSE_MS);
                waiting = false;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<Pending<S, E, ?>> round = new ArrayList<>();
        try {
            while (refusing == null) {
                round.add(take());
                queue.drainTo(round, ROUND - 1);
                boolean last = round.remove(stop);
                round(round);
                round.clear();
                if (last) {
                    refusing = new StorageException(StorageException.Kind.CLOSED, log.id() + " is closed");
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.error("The writer of {} died; refusing changes until restart", log.id(), e);
            refusing = new StorageException(StorageException.Kind.CLOSED, log.id() + ": its writer died", e);
        }
        queue.drainTo(round); // commands queued from now on are refused
        for (Pending<S, E, ?> late : round) {
            if (late != stop) {
                late.future.completeExceptionally(refusing);
            }
        }
    }

    /**
     * Waits for a command. An interruption can only come from a callback on this thread and is ignored:
     * without this thread no state could change.
     */
    private Pending<S, E, ?> take() {
        while (true) {
            try {
                Pending<S, E, ?> taken = queue.take();
                Thread.interrupted(); // or a storage's files would be closed under it
                return taken;
            } catch (InterruptedException e) {
                LOG.debug("The writer of {} was interrupted and goes on", log.id());
            }
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
            Decided<E, ?> next = decide(pending, working);
            List<E> events = next.decision.events();
            if (!events.isEmpty()) {
                S after = fold.apply(working, events, log.logEndOffset() + events.size());
                if (end >= 0 && preparation.waits(state, after)) {
                    finish();
                    if (refusing != null) {
                        throw refusing;
                    }
                }
                log(events, after);
            }
            decided.add(next);
        }

        private void log(List<E> events, S after) {
            Runnable undo = preparation.prepare(working, after);
            try {
                end = log.appender()
                        .append(codec.encode(events), AppendOrigin.BROKER)
                        .nextOffset();
            } catch (RuntimeException e) {
                undo.run();
                throw e;
            }
            working = after;
            states.add(after);
        }

        void finish() {
            StorageException failure = end < 0 ? null : EventReplay.awaitDurable(log, end);
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
            LOG.error("Durable events of {} could not be put into force entirely", log.id(), e);
        }
    }

    private static <S, E, R> Decided<E, R> decide(Pending<S, E, R> pending, S state) {
        return new Decided<>(pending.command.decide(state), pending.future);
    }
}
