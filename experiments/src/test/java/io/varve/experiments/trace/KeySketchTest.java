// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.experiments.batch.Seeded;
import io.varve.experiments.batch.ZipfRanks;
import io.varve.experiments.scenario.KeySpec;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeySketchTest {
    private static KeySpec estimate(long keys, double skew, int records) {
        KeySketch sketch = new KeySketch();
        ZipfRanks ranks = new ZipfRanks(keys, skew);
        Seeded random = new Seeded(5);
        for (int i = 0; i < records; i++) {
            sketch.add(ByteBuffer.allocate(Long.BYTES).putLong(0, ranks.next(random)));
        }
        return sketch.estimate();
    }

    /** Of many keys a sample shows a part; how many there are follows from how many it shows. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 1000",
        "10, 0, 10000",
        "1000, 0, 300000",
        "1000, 1, 300000",
        "100000, 0, 300000",
        "100000, 0.8, 300000",
        "100000, 1.1, 300000",
        "1000000, 0.5, 300000",
        "1000000, 1, 300000",
    })
    void findsHowManyKeysThereAreAndHowUnevenTheyAre(long keys, double skew, int records) {
        KeySpec estimate = estimate(keys, skew, records);
        assertThat(estimate.skew()).as("skew of %s", estimate).isCloseTo(skew, within(0.12));
        assertThat((double) estimate.cardinality())
                .as("cardinality of %s", estimate)
                .isBetween(0.5 * keys, 2.0 * keys);
    }

    @Test
    void keysThatNeverComeAgainAreMany() {
        KeySketch sketch = new KeySketch();
        for (long i = 0; i < 100_000; i++) {
            sketch.add(ByteBuffer.allocate(Long.BYTES).putLong(0, i));
        }
        assertThat(sketch.estimate().skew()).isZero();
        assertThat(sketch.estimate().cardinality()).isGreaterThan(1_000_000);
    }

    @Test
    void withoutARecordThereIsNoKey() {
        assertThat(new KeySketch().estimate()).isEqualTo(KeySpec.NONE);
    }
}
