// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Keeps how many records a second came to each topic in the last five minutes, for the page's charts.
 * Thread-safe.
 */
final class RateHistory {
    /** Number of rates that are kept of a topic. */
    static final int SAMPLES = 60;

    static final long PERIOD_MS = 5_000;

    /** Max number of topics whose rates are kept. */
    private static final int MAX_TOPICS = 2_000;

    /** Offsets are counted, so that a topic that is deleted and made anew begins again. */
    private static final class Line {
        private long end;
        private long nanos;
        private final Deque<Double> rates = new ArrayDeque<>(SAMPLES);

        private Line(long end, long nanos) {
            this.end = end;
            this.nanos = nanos;
        }

        private void add(long newEnd, long now) {
            double seconds = Math.max(1, now - nanos) / (double) TimeUnit.SECONDS.toNanos(1);
            if (rates.size() == SAMPLES) {
                rates.removeFirst();
            }
            rates.addLast(Math.max(0, newEnd - end) / seconds);
            end = newEnd;
            nanos = now;
        }
    }

    private final Topics topics;
    private final Clock clock;

    /** Guarded by this. */
    private final Map<String, Line> lines = new HashMap<>();

    private RateHistory(Topics topics, Clock clock) {
        this.topics = topics;
        this.clock = clock;
    }

    /**
     * Begins to keep rates, until the scheduler is closed.
     *
     * @param topics the topics there are
     * @param clock the only source of time
     * @param scheduler takes a sample every 5 s
     * @return the rates
     */
    static RateHistory begin(Topics topics, Clock clock, Scheduler scheduler) {
        RateHistory history = new RateHistory(topics, clock);
        history.sample();
        scheduler.scheduleEvery(PERIOD_MS, history::sample);
        return history;
    }

    void sample() {
        Map<String, Long> now = topics.all().stream().collect(Collectors.toMap(Topic::name, RateHistory::end));
        synchronized (this) {
            lines.keySet().retainAll(now.keySet());
            now.forEach((topic, end) -> {
                Line line = lines.get(topic);
                if (line != null) {
                    line.add(end, clock.nanos());
                } else if (lines.size() < MAX_TOPICS) {
                    lines.put(topic, new Line(end, clock.nanos()));
                }
            });
        }
    }

    private static long end(Topic topic) {
        return topic.open().stream().mapToLong(PartitionLog::highWatermark).sum();
    }

    /**
     * @param topic a topic's name
     * @return its rates in records a second, oldest first, at most {@link #SAMPLES}; none if it has none
     */
    synchronized List<Double> of(String topic) {
        Line line = lines.get(topic);
        return line == null ? List.of() : new ArrayList<>(line.rates);
    }
}
