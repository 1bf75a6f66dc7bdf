// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.LogBatches;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.NotedMetrics;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.ForwardingStorage;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.SyncFailures;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests what an engine tells of its commits and its partitions. */
class EngineMetricsTest {
    private static final long FORCE_NANOS = 5_000_000;

    private final VirtualTime time = new VirtualTime(1_000_000);
    private final NotedMetrics metrics = new NotedMetrics();
    private StorageException broken;

    private final LogEngine engine = LogEngine.open(
            new SlowMemory(),
            new StorageContext(
                    List.of(Path.of("unused")), Map.of(), time, time, Ids.random(), new FailPoints(), metrics),
            EngineConfig.DEFAULT);

    /** Forces in five milliseconds, or fails as the test says. */
    private final class SlowMemory implements StorageProvider {
        @Override
        public String name() {
            return "slow";
        }

        @Override
        public Storage open(StorageContext context) {
            MemoryStorage memory = new MemoryStorage();
            return new ForwardingStorage(memory) {
                @Override
                public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
                    time.advanceNanos(FORCE_NANOS);
                    if (broken != null) {
                        throw broken;
                    }
                    return memory.sync(dirty);
                }
            };
        }
    }

    private PartitionLog log(String name) {
        return engine.open(new PartitionId(name, new UUID(1, name.hashCode()), 0), 0, PartitionConfig.DEFAULT);
    }

    private static void append(PartitionLog log) {
        log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT);
    }

    @Test
    void aCommitTellsItsTimeAndItsPartitions() {
        append(log("one"));
        append(log("two"));
        time.runReady();
        assertThat(metrics.values("varve_commit_seconds")).containsExactly(0.005);
        assertThat(metrics.values("varve_commit_partitions")).containsExactly(2.0);
        assertThat(metrics.value("varve_partitions")).isEqualTo(2);
        assertThat(metrics.value("varve_partitions_refusing_writes")).isZero();
    }

    @Test
    void aPartitionThatRefusesWritesIsToldUntilItIsGone() {
        PartitionLog log = log("one");
        append(log);
        broken = new StorageException(StorageException.Kind.CORRUPT, "the disk is lost");
        time.runReady();
        assertThat(log.failure()).contains(broken);
        assertThat(metrics.value("varve_partitions_refusing_writes")).isEqualTo(1);
        assertThat(metrics.value("varve_commit_failures_total", "CORRUPT")).isEqualTo(1);
        broken = null;
        engine.delete(log.id());
        assertThat(metrics.value("varve_partitions_refusing_writes")).isZero();
    }

    @Test
    void whatIsMeasuredIsListed() {
        assertThat(EngineMetrics.all()).doesNotHaveDuplicates().hasSizeGreaterThan(10);
    }
}
