// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class QuantitiesTest {
    @Test
    void sizesAreReadInBothKindsOfUnits() {
        assertThat(List.of("512", "512B", "1.5kB", "64MiB", "2GB", "1 TiB"))
                .map(text -> Quantities.bytes(text).orElseThrow())
                .containsExactly(512L, 512L, 1_500L, 64L << 20, 2_000_000_000L, 1L << 40);
        assertThat(List.of("", "x", "-1", "1mb", "1 MiBs", "1e3", "99999999999999TiB"))
                .allSatisfy(text -> assertThat(Quantities.bytes(text)).isEmpty());
    }

    @Test
    void durationsAreSumsOfTheirParts() {
        assertThat(List.of("0", "500ms", "1.5s", "10m", "1d12h", "2w"))
                .map(text -> Quantities.millis(text).orElseThrow())
                .containsExactly(0L, 500L, 1_500L, 600_000L, 129_600_000L, 1_209_600_000L);
        assertThat(List.of("", "1", "1 day", "-1s", "s"))
                .allSatisfy(text -> assertThat(Quantities.millis(text)).isEmpty());
    }

    @Test
    void ratesCountBytesOrRecords() {
        assertThat(Quantities.rate("5MB/s")).contains(new Rate(5_000_000, Rate.Unit.BYTES));
        assertThat(Quantities.rate("120/m")).contains(new Rate(2, Rate.Unit.RECORDS));
        assertThat(Quantities.rate("86400/d")).contains(new Rate(1, Rate.Unit.RECORDS));
        assertThat(List.of("5MB", "0/s", "5/w", "x/s", "/s"))
                .allSatisfy(text -> assertThat(Quantities.rate(text)).isEmpty());
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        for (long number : new long[] {0, 1, 999, 1_000, 1_024, 90_000, 86_400_000, 123_456_789}) {
            assertThat(Quantities.bytes(Quantities.size(number)).orElseThrow()).isEqualTo(number);
            assertThat(Quantities.millis(Quantities.duration(number)).orElseThrow())
                    .isEqualTo(number);
        }
    }
}
