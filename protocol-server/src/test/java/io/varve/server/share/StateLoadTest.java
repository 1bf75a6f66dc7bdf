// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.PartitionLog;
import io.varve.server.api.LogFixture;
import io.varve.server.share.state.SharePartitionId;
import io.varve.server.share.state.ShareStateStore.StoredRun;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class StateLoadTest {
    private final LogFixture fixture = new LogFixture();
    private final HeldStates states = new HeldStates();
    private final PartitionLog log = fixture.create("topic", 1).partition(0);

    private InFlightWindow load() {
        ShareContext context = new ShareContext(
                states,
                new FixedShareSettings(new ShareLimits(200, 5, 30_000, true)),
                fixture.time,
                fixture.time,
                Runnable::run);
        return new StateLoad(new SharePartitionId("group", Uuid.ONE_UUID, 0), log, context)
                .run()
                .join()
                .window();
    }

    @Test
    void whatIsStoredBehindTheEndOfALogIsNotThatOfTheNextRecords() {
        states.start = 0;
        for (long offset = 2; offset < 10; offset++) {
            states.runs.put(offset, new StoredRun(offset, offset, DeliveryState.ACKNOWLEDGED.id(), (short) 1));
        }
        fixture.fill(log, "a", "b", "c", "d");
        assertThat(load().end()).isEqualTo(4);
        assertThat(states.runs).containsOnlyKeys(2L, 3L);

        fixture.fill(log, "e", "f", "g", "h", "i", "j");
        InFlightWindow window = load();
        assertThat(window.start()).isZero();
        assertThat(window.end()).isEqualTo(4);
        assertThat(window.completed()).isEqualTo(2);
    }

    @Test
    void aStoredStartBehindTheEndOfALogIsMovedBack() {
        states.start = 8;
        fixture.fill(log, "a", "b", "c", "d");
        assertThat(load().start()).isEqualTo(4);

        fixture.fill(log, "e", "f", "g", "h", "i", "j");
        assertThat(load().start()).isEqualTo(4);
    }

    @Test
    void aStateWithinTheLogIsNotStoredAnew() {
        states.start = 1;
        states.runs.put(2L, new StoredRun(2, 2, DeliveryState.ACKNOWLEDGED.id(), (short) 1));
        fixture.fill(log, "a", "b", "c", "d");
        InFlightWindow window = load();
        assertThat(window.start()).isEqualTo(1);
        assertThat(window.end()).isEqualTo(3);
        assertThat(states.waiting()).isZero();
    }
}
