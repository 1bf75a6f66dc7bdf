// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.experiments.batch.Seeded;
import io.varve.experiments.scenario.ConsumerSpec;
import io.varve.experiments.scenario.Rate;
import java.util.List;

/**
 * Reads a topic as a scenario's consumer does. A poll reads no longer than until the next one is due, by the
 * model's times, and no more than the consumer's rate. Other consumers go on while it waits for the bucket.
 * Not thread-safe: runs on virtual time.
 */
public final class TopicConsumer implements AutoCloseable {
    private static final double SECOND_MS = 1000;
    /** How often a replay polls. */
    private static final long REPLAY_POLL_MS = 1000;
    /** In so many polls a lag changes by about its deviation. */
    private static final double LAG_MEMORY_POLLS = 100;

    private static final double P99_DEVIATIONS = 2.3263478740408408;

    private final ConsumerSpec spec;
    private final VirtualTime time;
    private final List<ConsumerPosition> positions;
    private final PartitionReader reader;
    private final Seeded random;
    private final int scale;
    private final long startMs;
    private double lag;
    private boolean replaying;
    private boolean begun;
    private boolean closed;
    /** What it does after the pause, unless a poll is still to be ended. */
    private Runnable next = () -> {};

    private long pauseMs = Scheduler.AgentStep.UNTIL_WOKEN;
    /** The poll that it is in, or null. */
    private Poll poll;

    /** The partition that is read next: no partition is read less because others are read before it. */
    private int turn;

    /** What was read beyond the rate, for a fetch is read whole: later polls read as much less. */
    private double beyondRate;

    private Scheduler.Agent agent;

    /**
     * Says what a consumer reads from.
     *
     * @param time the clock
     * @param partitions the topic's
     * @param model what reads take
     * @param allPartitions how many partitions share the machine's memory
     * @param scale bytes of the run: 1 of so many
     */
    public record ConsumedTopic(
            VirtualTime time, List<SimulatedPartition> partitions, LatencyModel model, int allPartitions, int scale) {}

    /**
     * @param spec when it reads, and from where
     * @param source what it reads from
     * @param listener learns what it reads and misses
     * @param seed what all random choices follow from
     */
    public TopicConsumer(ConsumerSpec spec, ConsumedTopic source, ReadListener listener, long seed) {
        this.spec = spec;
        this.time = source.time();
        this.positions = source.partitions().stream().map(ConsumerPosition::new).toList();
        this.scale = source.scale();
        this.startMs = time.millis();
        this.random = new Seeded(seed);
        this.lag = random.nextGaussian();
        long cache = source.model().cacheBytes() / scale / source.allPartitions();
        this.reader = new PartitionReader(
                spec.name(),
                time,
                new PartitionReader.ReadCosts(source.model(), scale, cache),
                listener,
                random.nextLong());
    }

    /** @return the consumer's name */
    public String name() {
        return spec.name();
    }

    /** Begins to read, at this moment of virtual time. */
    public void start() {
        ConsumerSpec.Reading reading = spec.reading();
        if (reading instanceof ConsumerSpec.Tailing tailing) {
            after(tailing.pollMs(), () -> poll(tailing.pollMs()));
        } else if (reading instanceof ConsumerSpec.Stopping stopping) {
            after(stopping.pollMs(), () -> {
                long at = time.millis() - startMs;
                if (at < stopping.fromMs() || at >= stopping.toMs()) {
                    poll(stopping.pollMs());
                }
            });
        } else if (reading instanceof ConsumerSpec.Lagging lagging) {
            after(lagging.pollMs(), () -> pollBehind(lagging));
        } else if (reading instanceof ConsumerSpec.Replay replay) {
            replaying = true; // nothing to read before the first replay
            positions.forEach(position -> position.next = Long.MAX_VALUE);
            after(Math.max(0, replay.firstMs()), () -> replay(replay));
        }
        agent = time.agent("consumer " + spec.name(), this::step);
    }

    /** Has an action run after each pause, until it names another one. */
    private void after(long ms, Runnable action) {
        pauseMs = ms;
        next = action;
    }

    private long step() {
        if (closed) {
            return Scheduler.AgentStep.UNTIL_WOKEN;
        }
        if (begun && poll == null) {
            next.run();
        }
        begun = true;
        if (poll != null && !poll.run()) {
            return Scheduler.AgentStep.UNTIL_WOKEN;
        }
        poll = null;
        return Scheduler.AgentStep.pauseMs(pauseMs);
    }

    /** Ends it; what it waits for is left alone. */
    @Override
    public void close() {
        closed = true;
        agent.close(Scheduler.AgentStep.UNTIL_WOKEN);
    }

    private void poll(long pollMs) {
        poll = new Poll(positions.stream().mapToLong(ConsumerPosition::end).toArray(), new Budget(pollMs), () -> {});
    }

    /** Follows the end at a distance whose logarithm wanders about its median. */
    private void pollBehind(ConsumerSpec.Lagging lagging) {
        double sigma = StrictMath.log(lagging.p99Ms() / (double) lagging.medianMs()) / P99_DEVIATIONS;
        double kept = 1 - 1 / LAG_MEMORY_POLLS;
        lag = kept * lag + Math.sqrt(1 - kept * kept) * random.nextGaussian();
        long behind = (long) (lagging.medianMs() * StrictMath.exp(sigma * lag));
        long[] ends = positions.stream()
                .mapToLong(position -> position.partition.history().offsetAt(time.millis() - behind))
                .toArray();
        poll = new Poll(ends, new Budget(lagging.pollMs()), () -> {});
    }

    private void replay(ConsumerSpec.Replay replay) {
        long from = time.millis() - replay.backMs().orElse(0L);
        for (ConsumerPosition position : positions) {
            position.readTo = -1;
            position.next = replay.backMs().isPresent()
                    ? position.partition.history().offsetAt(from)
                    : position.partition.log().logStartOffset();
        }
        replaying = true;
        long[] ends = positions.stream().mapToLong(ConsumerPosition::end).toArray();
        replayOn(replay, ends, time.millis() + replay.everyMs());
    }

    private void replayOn(ConsumerSpec.Replay replay, long[] ends, long nextMs) {
        poll = new Poll(ends, new Budget(REPLAY_POLL_MS), () -> replayAfter(replay, ends, nextMs));
    }

    private void replayAfter(ConsumerSpec.Replay replay, long[] ends, long nextMs) {
        boolean more = false;
        for (int i = 0; i < ends.length; i++) {
            more |= positions.get(i).next < ends[i];
        }
        if (more && time.millis() + REPLAY_POLL_MS < nextMs) {
            after(REPLAY_POLL_MS, () -> replayOn(replay, ends, nextMs));
        } else {
            replaying = more;
            positions.forEach(position -> position.next = Long.MAX_VALUE);
            after(Math.max(0, nextMs - time.millis()), () -> replay(replay));
        }
    }

    /**
     * Reads one fetch of each partition in turn, up to their ends, within a budget. Stops where it waits for
     * the bucket.
     */
    private final class Poll {
        private final long[] ends;
        private final Budget budget;
        private final Runnable then;
        /** How many partitions in a row had nothing to read. */
        private int idle;

        /** @param then runs at its end */
        Poll(long[] ends, Budget budget, Runnable then) {
            this.ends = ends;
            this.budget = budget;
            this.then = then;
        }

        /** @return false if it is to be run again, when the agent is woken */
        boolean run() {
            while (idle < ends.length && (budget.left() || positions.get(turn).waits != null)) {
                ConsumerPosition position = positions.get(turn);
                PartitionReader.Done done = reader.read(position, ends[turn]);
                if (done == PartitionReader.Done.WAITS) {
                    position.waits.whenComplete((read, failure) -> agent.wake());
                    return false;
                }
                turn = (turn + 1) % ends.length;
                if (done.bytes() == 0) {
                    idle++;
                } else {
                    idle = 0;
                    budget.spend(done, position.partition);
                }
            }
            then.run();
            return true;
        }
    }

    /** @return records behind the end, of the run's scale; 0 between replays */
    public long lagRecords() {
        return isBetweenReplays()
                ? 0
                : positions.stream().mapToLong(ConsumerPosition::lagRecords).sum();
    }

    /** @return age in ms of the oldest record that it has not read; 0 at the end and between replays */
    public long lagMs() {
        long now = time.millis();
        return isBetweenReplays()
                ? 0
                : positions.stream()
                        .mapToLong(position -> position.lagMs(now))
                        .max()
                        .orElse(0);
    }

    private boolean isBetweenReplays() {
        return replaying && positions.stream().allMatch(position -> position.next == Long.MAX_VALUE);
    }

    /** Bounds what one poll reads. */
    private final class Budget {
        private double ms;
        private double amount;

        Budget(long pollMs) {
            ms = pollMs;
            amount = spec.maxRate()
                    .map(rate -> rate.perSecond() / SECOND_MS * pollMs / scale - beyondRate)
                    .orElse(Double.MAX_VALUE);
            beyondRate = Math.max(0, -amount);
        }

        boolean left() {
            return ms > 0 && amount > 0;
        }

        void spend(PartitionReader.Done done, SimulatedPartition partition) {
            ms -= done.ms();
            boolean records = spec.maxRate().isPresent() && spec.maxRate().get().unit() == Rate.Unit.RECORDS;
            double recordBytes = partition.bytes() / (double) Math.max(1, partition.records());
            amount -= records ? done.bytes() / recordBytes : done.bytes();
            beyondRate = Math.max(0, -amount);
        }
    }
}
