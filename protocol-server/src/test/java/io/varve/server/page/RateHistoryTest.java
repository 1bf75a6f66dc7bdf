// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.LogFixture;
import io.varve.server.metadata.topic.Topic;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RateHistoryTest {
    private final LogFixture fixture = new LogFixture();
    private Topic topic;
    private RateHistory rates;

    @BeforeEach
    void begin() {
        topic = fixture.create("orders", 2);
        rates = RateHistory.begin(fixture, fixture.time, fixture.time);
    }

    @Test
    void recordsOfAllPartitionsAreCountedPerSecond() {
        fixture.fill(topic.partition(0), "a", "b", "c", "d", "e");
        fixture.fill(topic.partition(1), "f", "g", "h", "i", "j");
        fixture.commit();
        fixture.time.advance(RateHistory.PERIOD_MS);
        fixture.time.advance(RateHistory.PERIOD_MS);

        assertThat(rates.of("orders")).containsExactly(2.0, 0.0);
    }

    @Test
    void noMoreThanFiveMinutesAreKept() {
        fixture.time.advance(3 * RateHistory.SAMPLES * RateHistory.PERIOD_MS);

        assertThat(rates.of("orders")).hasSize(RateHistory.SAMPLES).containsOnly(0.0);
    }

    @Test
    void aDeletedTopicIsForgotten() {
        fixture.delete("orders");
        fixture.time.advance(RateHistory.PERIOD_MS);

        assertThat(rates.of("orders")).isEmpty();
        assertThat(rates.of("never")).isEmpty();
    }
}
