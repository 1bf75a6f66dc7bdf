// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.experiments.batch.Seeded;
import io.varve.experiments.scenario.Rhythm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RateSeriesTest {
    /** A Monday, 00:00 UTC. */
    private static final long MONDAY = 1_780_272_000_000L;

    private static final long HOUR = 3_600_000;
    private static final Seeded RANDOM = new Seeded(3);

    @Test
    void aSteadyRateHasNoRhythm() {
        RateSeries series = new RateSeries();
        for (int i = 0; i < 6000; i++) {
            series.add(MONDAY + RANDOM.nextBelow(600_000), 5);
        }
        assertThat(series.rhythm(5)).isEqualTo(Rhythm.STEADY);
        assertThat(series.lengthMs()).isCloseTo(600_000, within(2000L));
    }

    @Test
    void aRateThatChangesRepeats() {
        RateSeries series = new RateSeries();
        series.watched(MONDAY, MONDAY + 600_000);
        for (int i = 0; i < 6000; i++) {
            series.add(MONDAY + 300_000 + RANDOM.nextBelow(300_000), 5);
        }
        Rhythm.Pattern pattern = series.rhythm(5).pattern().orElseThrow();
        assertThat(pattern.stepMs() * pattern.factors().size()).isEqualTo(600_000);
        assertThat(pattern.factors().subList(0, 30)).containsOnly(0.0);
        assertThat(pattern.factors().subList(30, 60))
                .allSatisfy(factor -> assertThat(factor).isBetween(1.5, 2.5));
    }

    @Test
    void daysHaveARhythmOfHoursAndWeeksOneOfDays() {
        RateSeries series = new RateSeries();
        for (int hour = 0; hour < 14 * 24; hour++) {
            int count = (hour % 24 < 12 ? 10 : 30) * (hour / 24 % 7 < 5 ? 2 : 1);
            for (int i = 0; i < count; i++) {
                series.add(MONDAY + hour * HOUR + i * HOUR / count, 1);
            }
        }
        Rhythm rhythm = series.rhythm(1);
        assertThat(rhythm.pattern()).isEmpty();
        assertThat(rhythm.daily().get(3) * 3).isCloseTo(rhythm.daily().get(15), within(0.1));
        assertThat(rhythm.weekly().get(6) * 2).isCloseTo(rhythm.weekly().get(1), within(0.1));
    }

    @Test
    void timesMayComeInAnyOrderAndFarApart() {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            times.add(MONDAY + i * HOUR);
        }
        RateSeries series = new RateSeries();
        for (int i = 0; i < times.size(); i++) {
            series.add(times.get(i % 2 == 0 ? i / 2 : times.size() - 1 - i / 2), 1);
        }
        assertThat(series.startMs()).isEqualTo(MONDAY);
        assertThat(series.lengthMs()).isEqualTo(999 * HOUR);
        assertThat(series.rhythm(1).daily())
                .hasSize(24)
                .allSatisfy(factor -> assertThat(factor).isBetween(0.75, 1.25));
    }
}
