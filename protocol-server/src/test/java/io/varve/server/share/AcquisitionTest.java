// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcquisitionTest {
    private static final ShareLimits LIMITS = new ShareLimits(200, 5, 1_000, true);
    private static final int RECORDS = 10;

    @ParameterizedTest
    @ValueSource(ints = {1, 199, 200, 9_988, 9_989, 9_990, 9_991, 9_998, 9_999, 10_000, 10_001, 20_000})
    void acquiresTheRecordsBehindAGapHoweverLargeItIs(int gap) {
        for (boolean strict : new boolean[] {false, true}) {
            InFlightWindow window = new InFlightWindow(0);
            FetchedBatches batches = new FetchedBatches();
            long behind = RECORDS + gap;
            batches.add(0, RECORDS - 1, 0, false);
            batches.add(behind, behind + RECORDS - 1, 1, false);
            List<Long> delivered = new ArrayList<>();
            for (int round = 0; round < 4; round++) {
                long end = window.end();
                AcquireRequest request = new AcquireRequest("member", 100, 4, strict);
                new Acquisition(window, request, LIMITS, 0, batches)
                        .run(window.nextOffset())
                        .forEach(range -> {
                            for (long offset = range.first(); offset <= range.last(); offset++) {
                                delivered.add(offset);
                            }
                        });
                assertThat(window.end()).isGreaterThanOrEqualTo(end);
                for (DeliveryRun run : window.all()) {
                    assertThat(run.last).isGreaterThanOrEqualTo(run.first);
                    run.moveTo(DeliveryState.ACKNOWLEDGED);
                }
                window.advance();
            }
            List<Long> expected = new ArrayList<>();
            for (long i = 0; i < RECORDS; i++) {
                expected.add(i);
            }
            for (long i = behind; i < behind + RECORDS; i++) {
                expected.add(i);
            }
            assertThat(delivered).as("strict: " + strict).isEqualTo(expected);
        }
    }

    @Test
    void aWindowRefusesARunThatEndsBeforeItBegins() {
        InFlightWindow window = new InFlightWindow(0);
        DeliveryRun run = new DeliveryRun(0, 9, DeliveryState.ACQUIRED, 1, 10);
        window.append(run);
        assertThatThrownBy(() -> window.append(new DeliveryRun(10, 8, DeliveryState.ACQUIRED, 1, 1)))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> window.extend(run, 10)).isInstanceOf(IllegalStateException.class);
        assertThat(window.end()).isEqualTo(10);
    }
}
