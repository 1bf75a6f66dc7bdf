// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Records the actions of clients while they run. Thread-safe: one lock orders the ticks of the clock for all
 * threads.
 */
public final class HistoryRecorder {
    private final Map<Integer, List<Attempt>> attempts = new HashMap<>();
    private final List<PlacedEntry> acknowledged = new ArrayList<>();
    private final List<OffsetSeen> offsets = new ArrayList<>();
    private final List<StableOffsets> cuts = new ArrayList<>();
    private long clock;
    private int committed;

    /** The time. */
    public synchronized long tick() {
        return ++clock;
    }

    /** A producer is about to begin a transaction. Until it says more, its outcome is unknown. */
    public synchronized Attempt.Id begin(int producer, boolean withOffset) {
        List<Attempt> of = attempts.computeIfAbsent(producer, key -> new ArrayList<>());
        Attempt.Id id = new Attempt.Id(producer, of.size());
        of.add(new Attempt(id, tick(), Attempt.NEVER, Attempt.NEVER, Attempt.Outcome.UNKNOWN, withOffset));
        return id;
    }

    /** The server has acknowledged an entry. */
    public synchronized void acknowledged(PlacedEntry placed) {
        acknowledged.add(placed);
    }

    /** A client is about to ask for the end of its transaction, one way or another. */
    public synchronized void asked(Attempt.Id id) {
        List<Attempt> of = attempts.get(id.producer());
        of.set(id.number(), of.get(id.number()).asked(tick()));
    }

    /** A client knows how its transaction ended. */
    public synchronized void ended(Attempt.Id id, Attempt.Outcome outcome) {
        List<Attempt> of = attempts.get(id.producer());
        of.set(id.number(), of.get(id.number()).ended(outcome));
        if (outcome == Attempt.Outcome.COMMITTED) {
            committed++;
            notifyAll();
        }
    }

    /**
     * The server has shown that all of a producer's transactions below a number are decided in all
     * partitions.
     */
    public synchronized void settled(int producer, int below) {
        long now = tick();
        List<Attempt> of = attempts.getOrDefault(producer, List.of());
        for (int i = Math.min(below, of.size()) - 1; i >= 0 && of.get(i).settled() == Attempt.NEVER; i--) {
            of.set(i, of.get(i).settled(now));
        }
    }

    /** How many transactions are committed, that clients know of. */
    public synchronized int committed() {
        return committed;
    }

    /** How many transactions a producer has begun. */
    public synchronized int begun(int producer) {
        return attempts.getOrDefault(producer, List.of()).size();
    }

    /** A group's offset was looked up. */
    public synchronized void seen(OffsetSeen offset) {
        offsets.add(offset);
    }

    /** Last stable offsets were looked up. */
    public synchronized void seen(StableOffsets cut) {
        cuts.add(cut);
    }

    /**
     * Waits until so many transactions are committed in all.
     *
     * @return whether that happened within the time
     */
    public synchronized boolean awaitCommitted(int wanted, long time, TimeUnit unit) throws InterruptedException {
        long deadline = System.nanoTime() + unit.toNanos(time);
        for (long left = deadline - System.nanoTime();
                committed < wanted && left > 0;
                left = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return committed >= wanted;
    }

    /** The history, with what consumers saw of it; nobody records any more. */
    public synchronized History history(List<PlacedEntry> live, List<PlacedEntry> shown, List<PlacedEntry> everything) {
        return new History(
                attempts.values().stream().flatMap(List::stream).toList(),
                acknowledged,
                live,
                shown,
                everything,
                cuts,
                offsets);
    }
}
