// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.engine.EngineConfig;
import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commits a thousand partitions together, and measures how long one producer waits. */
class GroupCommitOnFilesTest {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommitOnFilesTest.class);
    private static final int PARTITIONS = 1_000;
    private static final int ACKS = 50;

    /**
     * Each of a thousand producers waits for its last batch and sends the next one; the test measures one
     * more.
     */
    @Test
    @Timeout(180)
    void anAcksAllProducerMakesProgressBesideAThousandDirtyPartitions() throws Exception {
        try (FileRig rig = FileRig.temporary();
                LogEngine engine = LogEngine.open(new FileStorageProvider(), rig.context(), EngineConfig.DEFAULT)) {
            List<PartitionLog> others = new ArrayList<>();
            for (int i = 0; i < PARTITIONS; i++) {
                others.add(open(engine, "other", i));
            }
            PartitionLog watched = open(engine, "watched", 0);
            AtomicBoolean over = new AtomicBoolean();
            Semaphore acked = new Semaphore(0);
            Thread producers = new Thread(() -> {
                while (!over.get()) {
                    others.forEach(log -> append(log, failure -> acked.release()));
                    acked.acquireUninterruptibly(PARTITIONS);
                }
            });
            producers.start();
            double[] took = new double[ACKS];
            for (int i = 0; i < ACKS; i++) {
                CompletableFuture<StorageException> ack = new CompletableFuture<>();
                long from = System.nanoTime();
                append(watched, ack::complete);
                assertThat(ack.get(60, TimeUnit.SECONDS)).isNull();
                took[i] = (System.nanoTime() - from) / 1e6;
            }
            over.set(true);
            producers.join();
            Arrays.sort(took);
            LOG.info(
                    "acks=all beside {} dirty partitions: median {} ms, longest {} ms",
                    PARTITIONS,
                    took[ACKS / 2],
                    took[ACKS - 1]);
            others.forEach(log -> assertThat(log.highWatermark())
                    .isEqualTo(log.logEndOffset())
                    .isPositive());
        }
    }

    private static PartitionLog open(LogEngine engine, String topic, int partition) {
        return engine.open(new PartitionId(topic, new UUID(1, 1), partition), 0, PartitionConfig.DEFAULT);
    }

    private static void append(PartitionLog log, PartitionLog.Waiter waiter) {
        RecordBatchBuilder batch =
                new RecordBatchBuilder(Codec.NONE).append(5, null, ByteBuffer.allocate(400), List.of());
        long next = log.appender().append(batch.build(), AppendOrigin.CLIENT).nextOffset();
        log.awaitHighWatermark(next, waiter);
    }
}
