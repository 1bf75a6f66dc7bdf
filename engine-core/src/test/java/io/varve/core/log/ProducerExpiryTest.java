// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.producer.ProducerInfo;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Tests that a producer is forgotten when it has been idle for long, by the broker's monotonic clock alone.
 */
class ProducerExpiryTest {
    private static final PartitionId ID = new PartitionId("orders", new UUID(1, 2), 0);
    private static final long DAY = 24L * 3600 * 1000;
    private static final long NOW = 1_700_000_000_000L;

    private final MemoryStorage storage = new MemoryStorage();
    private long elapsedMs;
    private long wallMs = NOW;
    private final Clock clock = new Clock() {
        @Override
        public long millis() {
            return wallMs;
        }

        @Override
        public long nanos() {
            return elapsedMs * 1_000_000;
        }
    };
    private PartitionLog log = open(1);

    private PartitionLog open(int epoch) {
        return PartitionLog.open(
                storage.open(ID, epoch, PartitionSettings.DEFAULT),
                epoch,
                PartitionConfig.DEFAULT,
                clock,
                (of, records) -> {});
    }

    private void pass(long ms) {
        elapsedMs += ms;
        wallMs += ms;
    }

    private void expire() {
        log.producers().expire(clock.millis() - DAY);
    }

    /** Appends a batch with timestamps of 1970. */
    private boolean isDuplicate(int sequence) {
        return log.appender()
                .append(LogBatches.idempotent(7, 0, sequence, "old"), AppendOrigin.CLIENT)
                .duplicate();
    }

    @Test
    void oneThatBringsInOldRecordsIsNotIdle() {
        assertThat(isDuplicate(0)).isFalse();
        pass(600_000);
        expire();
        assertThat(isDuplicate(0)).isTrue();
        assertThat(log.producers().active())
                .extracting(ProducerInfo::lastTimestamp)
                .containsExactly(1_000L);
        pass(DAY - 600_000);
        expire();
        assertThat(isDuplicate(0)).isTrue();
        pass(1);
        expire();
        assertThat(isDuplicate(0)).isFalse();
    }

    @Test
    void aRestartBeginsToCountAnew() {
        isDuplicate(0);
        pass(600_000);
        log.producers().writeSnapshot();
        isDuplicate(1);
        pass(100 * DAY);
        log = open(2);
        expire();
        assertThat(isDuplicate(0)).isTrue();
        assertThat(isDuplicate(1)).isTrue();
        pass(DAY + 1);
        expire();
        assertThat(log.producers().active()).isEmpty();
    }

    @Test
    void aClockThatIsPutRightMakesNobodyIdle() {
        isDuplicate(0);
        wallMs += 1_000 * DAY;
        expire();
        assertThat(isDuplicate(0)).isTrue();
        wallMs -= 5_000 * DAY;
        pass(DAY + 1);
        expire();
        assertThat(log.producers().active()).isEmpty();
    }
}
