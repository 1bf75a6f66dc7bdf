// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;

/**
 * Says how a rate varies with time: at each moment it is multiplied by all factors that hold then.
 *
 * @param daily 24 factors, one for each hour of the day (UTC), or none
 * @param weekly 7 factors, Monday first (UTC), or none
 * @param pattern factors that repeat, if there are
 * @param bursts short times of more, or less
 */
public record Rhythm(List<Double> daily, List<Double> weekly, Optional<Pattern> pattern, List<Burst> bursts) {
    /** The same rate at all times. */
    public static final Rhythm STEADY = new Rhythm(List.of(), List.of(), Optional.empty(), List.of());

    private static final long HOUR_MS = 3_600_000;

    /**
     * Repeats from the run's start.
     *
     * @param stepMs how long each factor holds, in ms, at least 1
     * @param factors at least one
     */
    public record Pattern(long stepMs, List<Double> factors) {
        /** Copies the list. */
        public Pattern {
            factors = List.copyOf(factors);
        }
    }

    /**
     * Comes at the end of each period.
     *
     * @param everyMs the period, in ms, from the run's start
     * @param lengthMs how long it lasts, in ms, at most the period
     * @param factor at least 0
     */
    public record Burst(long everyMs, long lengthMs, double factor) {}

    /** Copies the lists. */
    public Rhythm {
        daily = List.copyOf(daily);
        weekly = List.copyOf(weekly);
        bursts = List.copyOf(bursts);
    }

    /**
     * @param nowMs a time, in ms since the epoch
     * @param startMs the run's start, in ms since the epoch, at or before it
     * @return until when, in ms since the epoch and after {@code nowMs}, the factor certainly stays as it is
     */
    public long holdsUntil(long nowMs, long startMs) {
        long since = nowMs - startMs;
        long until = Long.MAX_VALUE;
        if (!daily.isEmpty() || !weekly.isEmpty()) {
            until = nowMs - Math.floorMod(nowMs, HOUR_MS) + HOUR_MS;
        }
        if (pattern.isPresent()) {
            until = Math.min(
                    until,
                    nowMs - since % pattern.get().stepMs() + pattern.get().stepMs());
        }
        for (Burst burst : bursts) {
            long periodMs = since % burst.everyMs();
            long begin = burst.everyMs() - burst.lengthMs();
            until = Math.min(until, nowMs - periodMs + (periodMs < begin ? begin : burst.everyMs()));
        }
        return until;
    }

    /**
     * @param nowMs a time, in ms since the epoch
     * @param startMs the run's start, in ms since the epoch, at or before it
     * @return what the rate is multiplied by then
     */
    public double factorAt(long nowMs, long startMs) {
        ZonedDateTime time = Instant.ofEpochMilli(nowMs).atZone(ZoneOffset.UTC);
        double factor = 1;
        if (!daily.isEmpty()) {
            factor *= daily.get(time.getHour());
        }
        if (!weekly.isEmpty()) {
            factor *= weekly.get(time.getDayOfWeek().getValue() - 1);
        }
        if (pattern.isPresent()) {
            List<Double> factors = pattern.get().factors();
            factor *= factors.get((int) ((nowMs - startMs) / pattern.get().stepMs() % factors.size()));
        }
        for (Burst burst : bursts) {
            if ((nowMs - startMs) % burst.everyMs() >= burst.everyMs() - burst.lengthMs()) {
                factor *= burst.factor();
            }
        }
        return factor;
    }
}
