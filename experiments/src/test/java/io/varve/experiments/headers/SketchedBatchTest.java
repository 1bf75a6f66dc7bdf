// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.headers;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.experiments.batch.BatchMaker;
import io.varve.experiments.batch.BatchShape;
import io.varve.experiments.batch.BatchShapes;
import io.varve.experiments.batch.BatchSketch;
import io.varve.experiments.batch.BatchSketcher;
import io.varve.experiments.batch.SketchForm;
import io.varve.experiments.scenario.CompressionSpec;
import io.varve.experiments.scenario.KeySpec;
import io.varve.experiments.scenario.RecordSize;
import io.varve.experiments.scenario.RecordSpec;
import io.varve.experiments.scenario.TimestampSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SketchedBatchTest {
    private static final long NOW = 1_790_000_000_000L;
    private static final BatchShape SHAPE = new BatchShape(
            new RecordSpec(new RecordSize.Uniform(50, 150), new KeySpec(1000, 1), 0.1, TimestampSpec.EXACT),
            CompressionSpec.NONE,
            0,
            1);

    private final BatchShapes shapes = new BatchShapes();
    private final int shape = shapes.add(SHAPE);
    private final MemoryStorage storage = new HeadersStorageProvider(shapes).open(new VirtualTime(NOW));
    private final PartitionStore store =
            storage.open(new PartitionId("orders", new UUID(1, 1), 0), 7, PartitionSettings.DEFAULT);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void readsTheRecordsThatASketchStandsFor() {
        BatchSketcher sketcher = new BatchSketcher(SHAPE);
        BatchSketch first = sketcher.sketch(1, 500, NOW, NOW + 1000);
        BatchSketch second = sketcher.sketch(2, 5, NOW + 1000, NOW + 2000);
        append(first, 0);
        append(second, 500);
        try (BatchSlice slice = store.read(0, Long.MAX_VALUE, Integer.MAX_VALUE)) {
            ByteBuffer read = slice.buffer();
            assertThat(read.remaining()).isEqualTo(first.size() + second.size());
            assertThat(read.slice(0, first.size())).isEqualTo(made(first, 0));
            assertThat(read.slice(first.size(), second.size())).isEqualTo(made(second, 500));
            BatchValidator.validate(read, 0, read.limit());
            BatchValidator.validate(read, first.size(), read.limit());
        }
    }

    @Test
    void copiesPartsOfABatchAsIfItHadItsBytes() {
        BatchSketch sketch = new BatchSketcher(SHAPE).sketch(3, 200, NOW, NOW + 1000);
        append(sketch, 0);
        ByteBuffer whole = made(sketch, 0);
        try (BatchSlice slice = store.read(0, Long.MAX_VALUE, Integer.MAX_VALUE)) {
            for (int[] part : List.of(
                    new int[] {0, 12}, new int[] {0, 17}, new int[] {23, 27}, new int[] {0, 61}, new int[] {57, 300})) {
                ByteBuffer copy = ByteBuffer.allocate(part[1] - part[0]);
                slice.copy(part[0], copy);
                assertThat(copy.flip()).isEqualTo(whole.slice(part[0], part[1] - part[0]));
            }
        }
    }

    private void append(BatchSketch sketch, long base) {
        SketchForm.write(sketch, shape, buffer);
        BatchHeader.setBaseOffset(buffer, 0, base);
        BatchHeader.setLeaderEpoch(buffer, 0, 7);
        long next = base + sketch.count();
        store.append(new BatchRun(buffer.duplicate(), base, next, sketch.maxTimestamp(), next - 1));
    }

    private static ByteBuffer made(BatchSketch sketch, long base) {
        ByteBuffer batch = new BatchMaker().ofSize(sketch);
        BatchHeader.setBaseOffset(batch, batch.position(), base);
        BatchHeader.setLeaderEpoch(batch, batch.position(), 7);
        return batch;
    }
}
