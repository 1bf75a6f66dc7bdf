// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import io.varve.experiments.scenario.Rhythm;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Counts records in steps of time. The steps get longer as the time does, so that there are never
 * more than {@link #MAX_STEPS}. Not thread-safe.
 */
final class RateSeries {
    private static final int MAX_STEPS = 4096;
    private static final int MAX_FACTORS = 60;
    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24 * HOUR_MS;

    private final long[] records = new long[MAX_STEPS];
    private long stepMs = 1000;
    /** Where the steps begin, at or before the first time. */
    private long startMs = -1;

    private long firstMs = Long.MAX_VALUE;
    private long endMs;

    /**
     * Says what time was watched, with or without records.
     *
     * @param fromMs in ms since the epoch
     * @param toMs exclusive, in ms since the epoch
     */
    void watched(long fromMs, long toMs) {
        index(fromMs);
        firstMs = Math.min(firstMs, fromMs);
        endMs = Math.max(endMs, toMs);
    }

    /** Counts records at a time in ms since the epoch; times may come in any order. */
    void add(long timeMs, int count) {
        int index = index(timeMs);
        records[index] += count;
        firstMs = Math.min(firstMs, timeMs);
        endMs = Math.max(endMs, timeMs);
    }

    private int index(long timeMs) {
        if (startMs < 0) {
            startMs = timeMs;
        }
        while (Math.max(endMs, timeMs) - Math.min(startMs, timeMs) >= (MAX_STEPS - 1) * stepMs) {
            halve(records);
            stepMs *= 2;
        }
        if (timeMs < startMs) {
            int earlier = (int) ((startMs - timeMs + stepMs - 1) / stepMs);
            shift(records, earlier);
            startMs -= earlier * stepMs;
        }
        return (int) ((timeMs - startMs) / stepMs);
    }

    private static void halve(long[] counts) {
        for (int i = 0; i < MAX_STEPS; i++) {
            counts[i] = 2 * i < MAX_STEPS ? counts[2 * i] + counts[2 * i + 1] : 0;
        }
    }

    private static void shift(long[] counts, int by) {
        System.arraycopy(counts, 0, counts, by, MAX_STEPS - by);
        Arrays.fill(counts, 0, by, 0);
    }

    /** @return the first time, in ms since the epoch */
    long startMs() {
        return firstMs;
    }

    /** @return ms from the first time to the last, at least a second */
    long lengthMs() {
        return Math.max(1000, endMs - firstMs);
    }

    /** @return number of steps up to the last time */
    private int steps() {
        return (int) ((endMs - startMs) / stepMs) + 1;
    }

    /**
     * @param together records that come together, in a batch, on average
     * @return by the hour and the weekday where days were watched, else as it was, again and again
     */
    Rhythm rhythm(double together) {
        if (lengthMs() >= DAY_MS) {
            List<Double> daily = factors(24, time -> time.getHour(), List.of());
            List<Double> weekly = lengthMs() < 7 * DAY_MS
                    ? List.of()
                    : factors(7, time -> time.getDayOfWeek().getValue() - 1, daily);
            return new Rhythm(daily, weekly, Optional.empty(), List.of());
        }
        return new Rhythm(List.of(), List.of(), pattern(together), List.of());
    }

    /** @return for each class of time, how much more there was than the mean and the hours' factors say */
    private List<Double> factors(int classes, ToIntFunction<ZonedDateTime> classOf, List<Double> hours) {
        double[] seen = new double[classes];
        double[] expected = new double[classes];
        double mean = Arrays.stream(records).sum() * (double) stepMs / lengthMs();
        for (int i = 0; i < steps(); i++) {
            ZonedDateTime time =
                    Instant.ofEpochMilli(startMs + i * stepMs + stepMs / 2).atZone(ZoneOffset.UTC);
            seen[classOf.applyAsInt(time)] += records[i];
            expected[classOf.applyAsInt(time)] += mean * (hours.isEmpty() ? 1 : hours.get(time.getHour()));
        }
        List<Double> factors = new ArrayList<>();
        for (int i = 0; i < classes; i++) {
            factors.add(expected[i] == 0 ? 1 : Rounded.fewDigits(seen[i] / expected[i]));
        }
        return factors;
    }

    private Optional<Rhythm.Pattern> pattern(double inBatch) {
        int whole = (int) (lengthMs() / stepMs);
        int together = (whole + MAX_FACTORS - 1) / MAX_FACTORS;
        int steps = together == 0 ? 0 : whole / together;
        if (steps < 2) {
            return Optional.empty();
        }
        double[] counted = new double[steps];
        for (int i = 0; i < steps * together; i++) {
            counted[i / together] += records[i];
        }
        double mean = Arrays.stream(counted).sum() / steps;
        if (mean == 0 || isSteady(counted, mean, inBatch)) {
            return Optional.empty();
        }
        List<Double> factors = new ArrayList<>();
        for (double count : counted) {
            factors.add(Rounded.fewDigits(count / mean));
        }
        return Optional.of(new Rhythm.Pattern(together * stepMs, factors));
    }

    /** @return whether batches that come by chance explain the differences, to three deviations */
    private static boolean isSteady(double[] counted, double mean, double inBatch) {
        double squares = 0;
        for (double each : counted) {
            squares += (each - mean) * (each - mean) / (mean * inBatch);
        }
        return squares < counted.length + 3 * Math.sqrt(2.0 * counted.length);
    }
}
