// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendRun;
import io.varve.core.log.config.BatchRules;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.Codec;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a look at a producer's batch of 16 KB takes before it is appended, of its header and of every record.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class ValidationBenchmark {
    private static final int CONTENT = 16_384;
    private static final int WORDS = 2_000;

    /** Value of {@code log.record.validation}. */
    @Param({"header", "full"})
    public String validation;

    /** How the producer compressed the batch. */
    @Param({"NONE", "LZ4", "ZSTD"})
    public Codec codec;

    /** Bytes of a record's value. */
    @Param({"100", "1024"})
    public int valueBytes;

    private PartitionLog log;
    private ByteBuffer batch;

    /** Tells CPU time, which other work on the machine does not lengthen as it does the wall clock's. */
    @State(Scope.Thread)
    public static class Cpu {
        private long begin;
        private long batches;

        /** Before the first batch. */
        @Setup(Level.Iteration)
        public void begin() {
            batches = 0;
            begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        }

        /** After the last. */
        @TearDown(Level.Iteration)
        public void end() {
            long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin;
            System.out.printf(Locale.ROOT, "%.3f CPU s/GB, ", (double) nanos / batches / CONTENT);
        }
    }

    /** Makes the batch, of words that compress about as text does. */
    @Setup(Level.Trial)
    public void make() {
        long now = System.currentTimeMillis();
        SplittableRandom random = new SplittableRandom(42);
        RecordBatchBuilder builder = new RecordBatchBuilder(codec);
        for (int i = 0; i < CONTENT / valueBytes; i++) {
            builder.append(now + i, null, ByteBuffer.wrap(words(random)), List.of());
        }
        ByteBuffer built = builder.build();
        batch = ByteBuffer.allocateDirect(built.remaining()).put(built).flip();
        BatchRules rules = new BatchRules(validation.equals("full"), BatchRules.DEFAULT.maxRecordBytes(), null);
        log = PartitionLog.open(
                new MemoryStorage().open(new PartitionId("bench", new UUID(1, 1), 0), 1, PartitionSettings.DEFAULT),
                1,
                PartitionConfig.DEFAULT.with(rules),
                Clock.system(),
                (ignored, records) -> {});
    }

    private byte[] words(SplittableRandom random) {
        byte[] value = new byte[valueBytes];
        for (int at = 0; at < valueBytes; ) {
            SplittableRandom word = new SplittableRandom(random.nextInt(WORDS));
            for (int letters = 3 + word.nextInt(7); letters > 0 && at < valueBytes; letters--) {
                value[at++] = (byte) ('a' + word.nextInt(26));
            }
        }
        return value;
    }

    /** One batch. */
    @Benchmark
    public AppendRun check(Cpu cpu) {
        cpu.batches++;
        return log.appender().check(batch, AppendOrigin.CLIENT, DecompressionMeter.NONE);
    }
}
