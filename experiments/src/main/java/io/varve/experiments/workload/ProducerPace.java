// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.experiments.scenario.Rhythm;

/**
 * Says when records come, on average: adds up a rate that changes with time. Times are in ms since the run's
 * start. Not thread-safe.
 */
final class ProducerPace {
    /** Stands for a time that does not come. */
    static final double NEVER = Double.POSITIVE_INFINITY;

    private final double recordsPerMs;
    private final Rhythm rhythm;
    private final long startMs;
    private final long lingerMs;
    private final int maxRecords;
    /** The part of the time for which the rate is known, the end exclusive. */
    private double from;

    private double until;
    private double rate;

    /**
     * @param recordsPerMs mean number of records in a ms, before the rhythm's factor
     * @param rhythm how the rate varies
     * @param startMs the run's start, in ms since the epoch
     * @param lingerMs how long a batch waits for more records
     * @param maxRecords a batch with so many records does not wait, at least 1
     */
    ProducerPace(double recordsPerMs, Rhythm rhythm, long startMs, long lingerMs, int maxRecords) {
        this.recordsPerMs = recordsPerMs;
        this.rhythm = rhythm;
        this.startMs = startMs;
        this.lingerMs = lingerMs;
        this.maxRecords = maxRecords;
    }

    long lingerMs() {
        return lingerMs;
    }

    int maxRecords() {
        return maxRecords;
    }

    private void look(double ms) {
        if (ms >= from && ms < until) {
            return;
        }
        long now = startMs + (long) ms;
        from = (long) ms;
        until = rhythm.holdsUntil(now, startMs) - (double) startMs;
        rate = recordsPerMs * rhythm.factorAt(now, startMs);
    }

    /**
     * @param ms from when on
     * @param records how many are waited for, on average
     * @param limit the last time that counts
     * @return when they have come; {@link #NEVER} if not up to the limit
     */
    double reached(double ms, double records, double limit) {
        double left = records;
        for (double at = ms; ; at = until) {
            look(at);
            double end = Math.min(until, limit);
            if (left <= rate * (end - at)) {
                return rate == 0 ? at : at + left / rate;
            }
            left -= rate * (end - at);
            if (until >= limit) {
                return NEVER;
            }
        }
    }

    /** @return how many batches are sent in so many ms from the run's start, on average */
    double batches(double durationMs) {
        double sum = 0;
        for (double at = 0; at < durationMs; at = until) {
            look(at);
            if (rate > 0) {
                double fullMs = (maxRecords - 1) / rate;
                // A batch waits for its first record, and then for others.
                sum += (Math.min(until, durationMs) - at) / (1 / rate + Math.min(lingerMs, fullMs));
            }
        }
        return sum;
    }

    /** @return how many records come between two times, on average */
    double expected(double ms, double end) {
        double sum = 0;
        for (double at = ms; at < end; at = until) {
            look(at);
            sum += rate * (Math.min(until, end) - at);
        }
        return sum;
    }
}
