// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.SegmentLimits;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests appends of batches of which only the header counts. */
class VouchedAppendTest {
    private final VirtualTime time = new VirtualTime(1_000_000);
    private final PartitionLog log = PartitionLog.open(
            new MemoryStorage().open(new PartitionId("orders", new UUID(1, 2), 0), 0, PartitionSettings.DEFAULT),
            3,
            PartitionConfig.DEFAULT,
            time,
            (of, records) -> {});

    private AppendResult append(ByteBuffer batches) {
        return log.appender().append(batches, AppendOrigin.VOUCHED);
    }

    /** Overwrites all records of a batch. */
    private static ByteBuffer hollow(ByteBuffer batch) {
        for (int at = BatchHeader.SIZE; at < batch.limit(); at++) {
            batch.put(at, (byte) 0x55);
        }
        return batch;
    }

    @Test
    void whatIsBehindTheHeaderDoesNotMatterAndTheSameBytesCanBeAppendedAgain() {
        ByteBuffer batch = hollow(LogBatches.at(5, "a", "b"));
        long crc = BatchHeader.crc(batch, 0);
        assertThat(append(batch)).isEqualTo(new AppendResult(0, 2, -1, 0, false));
        assertThat(append(batch)).isEqualTo(new AppendResult(2, 4, -1, 0, false));
        try (var slice = log.reader().read(2, 1 << 20, Isolation.LOG_END).slice()) {
            ByteBuffer read = slice.buffer();
            assertThat(BatchHeader.baseOffset(read, read.position())).isEqualTo(2);
            assertThat(BatchHeader.leaderEpoch(read, read.position())).isEqualTo(3);
            assertThat(BatchHeader.maxTimestamp(read, read.position())).isEqualTo(5);
            assertThat(BatchHeader.crc(read, read.position())).isEqualTo(crc);
        }
    }

    @Test
    void theHeaderIsCheckedAsAClients() {
        ByteBuffer count = LogBatches.at(5, "a");
        count.putInt(57, 7); // the header's record count
        assertThatThrownBy(() -> append(count)).isInstanceOf(InvalidBatchException.class);
        ByteBuffer torn = LogBatches.at(5, "a");
        torn.limit(torn.limit() - 1);
        assertThatThrownBy(() -> append(torn)).isInstanceOf(InvalidBatchException.class);
        log.configure(new PartitionConfig(
                SegmentLimits.DEFAULT, 100, false, Long.MAX_VALUE, 3_600_000, CompactionLimits.NONE));
        assertThatThrownBy(() -> append(LogBatches.at(5, "x".repeat(100)))).isInstanceOf(AppendException.class);
        assertThatThrownBy(() -> append(LogBatches.at(time.millis() + 3_600_001, "a")))
                .isInstanceOf(AppendException.class);
        assertThat(log.logEndOffset()).isZero();
    }

    @Test
    void sequencesAreCheckedAsAClients() {
        append(LogBatches.idempotent(1, 0, 0, "a"));
        assertThat(append(LogBatches.idempotent(1, 0, 0, "a")).duplicate()).isTrue();
        assertThatThrownBy(() -> append(LogBatches.idempotent(1, 0, 5, "a"))).isInstanceOf(AppendException.class);
    }
}
