// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RhythmTest {
    private static final long MONDAY = Instant.parse("2026-06-01T00:00:00Z").toEpochMilli();

    @Test
    void aSteadyRateIsNeverMultiplied() {
        assertThat(Rhythm.STEADY.factorAt(MONDAY + 12_345, MONDAY)).isEqualTo(1);
    }

    @Test
    void theFactorsOfTheHourAndTheDayMultiply() {
        List<Double> daily = new ArrayList<>(Collections.nCopies(24, 1.0));
        daily.set(13, 3.0);
        List<Double> weekly = List.of(1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.25);
        Rhythm rhythm = new Rhythm(daily, weekly, Optional.empty(), List.of());

        assertThat(rhythm.factorAt(days(5, 13), MONDAY)).isEqualTo(1.5);
        assertThat(rhythm.factorAt(days(6, 14), MONDAY)).isEqualTo(0.25);
        assertThat(rhythm.factorAt(days(7, 13), MONDAY)).isEqualTo(3.0);
    }

    @Test
    void aPatternRepeatsFromTheStart() {
        Rhythm rhythm = new Rhythm(
                List.of(), List.of(), Optional.of(new Rhythm.Pattern(10_000, List.of(1.0, 2.0, 0.0))), List.of());

        assertThat(List.of(0, 9_999, 10_000, 25_000, 30_000))
                .map(ms -> rhythm.factorAt(MONDAY + ms, MONDAY))
                .containsExactly(1.0, 1.0, 2.0, 0.0, 1.0);
    }

    @Test
    void aBurstEndsItsPeriod() {
        Rhythm rhythm =
                new Rhythm(List.of(), List.of(), Optional.empty(), List.of(new Rhythm.Burst(60_000, 5_000, 10)));

        assertThat(List.of(0, 54_999, 55_000, 59_999, 60_000))
                .map(ms -> rhythm.factorAt(MONDAY + ms, MONDAY))
                .containsExactly(1.0, 1.0, 10.0, 10.0, 1.0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theFactorStaysAsLongAsItIsSaidTo(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Double> daily = random.doubles(24).boxed().toList();
        List<Double> weekly = random.doubles(7).boxed().toList();
        Rhythm.Pattern pattern =
                new Rhythm.Pattern(70_000, random.doubles(9).boxed().toList());
        Rhythm rhythm = new Rhythm(
                daily,
                weekly,
                Optional.of(pattern),
                List.of(new Rhythm.Burst(3_600_000, 55_000, 10), new Rhythm.Burst(7_000_000, 7_000_000, 2)));
        long start = MONDAY + 123_456;
        for (long now = start; now < start + 2 * 86_400_000; ) {
            long until = rhythm.holdsUntil(now, start);
            assertThat(until).as("seed %d, at %d", seed, now).isGreaterThan(now);
            double factor = rhythm.factorAt(now, start);
            assertThat(rhythm.factorAt(until - 1, start))
                    .as("seed %d, at %d", seed, now)
                    .isEqualTo(factor);
            assertThat(rhythm.factorAt(now + random.nextLong(until - now), start))
                    .as("seed %d, at %d", seed, now)
                    .isEqualTo(factor);
            now = until;
        }
        assertThat(Rhythm.STEADY.holdsUntil(start, start)).isEqualTo(Long.MAX_VALUE);
    }

    private static long days(int days, int hours) {
        return MONDAY + Duration.ofDays(days).plusHours(hours).toMillis();
    }
}
