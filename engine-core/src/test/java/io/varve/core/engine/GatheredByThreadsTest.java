// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.LogBatches;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendOutcome;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.runtime.EventLoop;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.ForwardingStorage;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Tests appends that wait, on a real event loop beside the committer and another appending thread. */
class GatheredByThreadsTest {
    private static final int APPENDS = 5_000;
    /** So many appends of the loop are under way at a time. */
    private static final int IN_FLIGHT = 5;
    /** After so many, another thread appends too, and the committer's agent takes over for a while. */
    private static final int DISTURBED = 500;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger waited = new AtomicInteger();
    private final EventLoop loop = new EventLoop() {
        @Override
        public void execute(Runnable task) {
            thread.execute(task);
        }

        @Override
        public Runnable schedule(long nanos, Runnable task) {
            ScheduledFuture<?> scheduled = thread.schedule(task, nanos, TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        }
    };

    /** Has a storage in memory say that its syncs are short. */
    private static final class Provider implements StorageProvider {
        @Override
        public String name() {
            return "short";
        }

        @Override
        public Storage open(StorageContext context) {
            return new ForwardingStorage(new MemoryStorage()) {
                @Override
                public boolean isSyncShort(Collection<? extends PartitionStore> dirty) {
                    return true;
                }

                @Override
                public boolean appendsAreCalls() {
                    return true;
                }
            };
        }
    }

    private CompletableFuture<AppendResult> append(PartitionLog log, String value) {
        CompletableFuture<AppendResult> stored = new CompletableFuture<>();
        AppendResult now = log.appender()
                .append(
                        log.appender().check(LogBatches.at(5, value), AppendOrigin.CLIENT, DecompressionMeter.NONE),
                        loop,
                        loop,
                        new AppendOutcome() {
                            @Override
                            public void appended(AppendResult result) {
                                assertThat(stored.complete(result)).isTrue();
                            }

                            @Override
                            public void refused(RuntimeException reason) {
                                stored.completeExceptionally(reason);
                            }
                        });
        if (now != null) {
            stored.complete(now);
        } else {
            waited.incrementAndGet();
        }
        CompletableFuture<AppendResult> visible = new CompletableFuture<>();
        stored.thenAccept(result -> log.awaitHighWatermark(result.nextOffset(), failure -> visible.complete(result)));
        return visible;
    }

    @Test
    void everyAppendIsStoredOnceInItsOrder() throws Exception {
        VirtualTime time = new VirtualTime(1_000);
        try (SystemScheduler scheduler = new SystemScheduler(1)) {
            LogEngine engine = LogEngine.open(
                    new Provider(),
                    new StorageContext(
                            List.of(Path.of("unused")), Map.of(), time, scheduler, Ids.random(), new FailPoints()),
                    EngineConfig.DEFAULT);
            PartitionLog log = engine.open(new PartitionId("t", new UUID(1, 2), 0), 0, PartitionConfig.DEFAULT);
            List<CompletableFuture<AppendResult>> all = new ArrayList<>();
            for (int i = 0; i < APPENDS; i++) {
                String value = Integer.toString(i);
                all.add(CompletableFuture.supplyAsync(() -> append(log, value), thread)
                        .thenCompose(visible -> visible));
                if (i >= IN_FLIGHT) {
                    all.get(i - IN_FLIGHT).get(60, TimeUnit.SECONDS);
                }
                if (i % DISTURBED == 0) {
                    log.appender().append(LogBatches.at(5, "other"), AppendOrigin.CLIENT);
                }
            }
            long last = -1;
            for (int i = 0; i < APPENDS; i++) {
                AppendResult result = all.get(i).get(60, TimeUnit.SECONDS);
                assertThat(result.baseOffset()).isGreaterThan(last);
                last = result.baseOffset();
                if (i % 100 == 0) {
                    assertThat(valueAt(log, last)).isEqualTo(Integer.toString(i));
                }
            }
            assertThat(log.logEndOffset()).isEqualTo(APPENDS + APPENDS / DISTURBED);
            assertThat(waited).as("appends that waited").hasPositiveValue();
            engine.close();
        } finally {
            thread.shutdownNow();
        }
    }

    private static String valueAt(PartitionLog log, long offset) {
        try (var slice =
                log.reader().read(offset, 1, Isolation.READ_UNCOMMITTED).slice()) {
            return LogBatches.values(slice.buffer()).get(0);
        }
    }
}
