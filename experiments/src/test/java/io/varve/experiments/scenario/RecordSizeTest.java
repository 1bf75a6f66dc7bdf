// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.experiments.scenario.RecordSize.Histogram;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordSizeTest {
    @Test
    void aLogNormalDistributionHasTheMedianThePercentileAndTheMeanItSays() {
        RecordSize.LogNormal size = new RecordSize.LogNormal(1_000, 20_000, Integer.MAX_VALUE);
        Random random = new Random(42);
        double[] drawn = new double[400_000];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = size.median() * Math.exp(size.sigma() * random.nextGaussian());
        }
        Arrays.sort(drawn);

        assertThat(drawn[drawn.length / 2]).isCloseTo(1_000, within(15.0));
        assertThat(drawn[drawn.length / 100 * 99]).isCloseTo(20_000, within(600.0));
        assertThat(Arrays.stream(drawn).average().orElseThrow()).isCloseTo(size.mean(), within(size.mean() / 50));
    }

    @Test
    void aHistogramsMeanWeighsItsBuckets() {
        Histogram size = new Histogram(List.of(new Histogram.Bucket(0, 100, 3), new Histogram.Bucket(200, 400, 1)));

        assertThat(size.mean()).isEqualTo((3 * 50 + 300) / 4.0);
        assertThat(size.max()).isEqualTo(400);
    }
}
