// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordIterator;
import io.varve.experiments.scenario.CompressionSpec;
import io.varve.experiments.scenario.KeySpec;
import io.varve.experiments.scenario.RecordSize;
import io.varve.experiments.scenario.RecordSpec;
import io.varve.experiments.scenario.TimestampSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchMakerTest {
    private static final long NOW = 1_790_000_000_000L;
    private static final TimestampSpec SHIFTED =
            new TimestampSpec(new TimestampSpec.Shift(0.2, 5000), new TimestampSpec.Shift(0.05, 9000));

    private final BatchMaker maker = new BatchMaker();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void makesABatchOfExactlyTheSketchedSize(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 200; i++) {
            BatchShape shape = anyShape(random);
            int count = 1 + random.nextInt(random.nextBoolean() ? 5 : 2000);
            BatchSketch sketch =
                    new BatchSketcher(shape).sketch(random.nextLong(), count, NOW, NOW + random.nextInt(5000));
            ByteBuffer batch = maker.ofSize(sketch);
            assertThat(BatchValidator.validateFromClient(batch, 0, batch.limit()))
                    .as("seed %d, round %d: %s", seed, i, sketch)
                    .isEqualTo(sketch.size());
            assertThat(BatchHeader.recordCount(batch, 0)).isEqualTo(count);
            assertThat(BatchHeader.maxTimestamp(batch, 0))
                    .as("seed %d, round %d: %s", seed, i, sketch)
                    .isEqualTo(sketch.maxTimestamp());
            assertThat(new BatchMaker().ofSize(sketch)).isEqualTo(batch);
        }
    }

    /** A few large values make up most of the bytes: sums of them spread widely, to one side. */
    @Test
    void everySketchOfSkewedSizesCanBeMade() {
        RecordSize size = new RecordSize.LogNormal(1 << 10, 20 << 10, 1 << 20);
        BatchShape shape =
                new BatchShape(new RecordSpec(size, KeySpec.NONE, 0, TimestampSpec.EXACT), CompressionSpec.NONE, 0, 1);
        BatchSketcher sketcher = new BatchSketcher(shape);
        int count = 80;
        int rounds = 20_000;
        BatchSketch smallest = sketcher.sketch(0, count, NOW, NOW + 10_000);
        double sum = 0;
        for (int seed = 1; seed <= rounds; seed++) {
            BatchSketch sketch = sketcher.sketch(seed, count, NOW, NOW + 10_000);
            smallest = sketch.size() < smallest.size() ? sketch : smallest;
            sum += sketch.size();
        }
        assertThat(maker.ofSize(smallest).remaining()).isEqualTo(smallest.size());
        double mean = count * sketcher.meanBytes() + BatchHeader.SIZE;
        assertThat(sum / rounds).isCloseTo(mean, within(0.02 * mean));
    }

    /** Times and offsets of a long batch take more bytes than those of a short one. */
    @ParameterizedTest
    @ValueSource(ints = {1_000, 60_000, 3_600_000})
    void sketchesAreAsLargeAsTheirRecordsOnAverage(int spanMs) {
        RecordSpec records = new RecordSpec(new RecordSize.Uniform(100, 300), KeySpec.NONE, 0, TimestampSpec.EXACT);
        BatchShape shape = new BatchShape(records, CompressionSpec.NONE, 0, 1);
        BatchSketcher sketcher = new BatchSketcher(shape);
        RecordSeries series = new RecordSeries();
        double drawn = 0;
        double sketched = 0;
        for (int seed = 0; seed < 300; seed++) {
            series.draw(seed, 600, NOW, NOW + spanMs, shape);
            drawn += series.bytes(shape) + BatchHeader.SIZE;
            sketched += sketcher.sketch(seed, 600, NOW, NOW + spanMs).size();
        }
        assertThat(sketched).isCloseTo(drawn, within(0.005 * drawn));
    }

    private static BatchShape anyShape(SplittableRandom random) {
        RecordSize size = switch (random.nextInt(4)) {
            case 0 -> new RecordSize.FixedSize(1 + random.nextInt(3000));
            case 1 -> new RecordSize.Uniform(1, 1 + random.nextInt(3000));
            case 2 -> new RecordSize.LogNormal(20 + random.nextInt(100), 3000, 9000);
            default ->
                new RecordSize.Histogram(List.of(
                        new RecordSize.Histogram.Bucket(1, 20, 3), new RecordSize.Histogram.Bucket(100, 2000, 1)));
        };
        KeySpec keys =
                random.nextBoolean() ? KeySpec.NONE : new KeySpec(1 + random.nextInt(100_000), random.nextDouble() * 2);
        double tombstones = random.nextInt(4) == 0 ? 1 : random.nextDouble() * 0.5;
        TimestampSpec timestamps = random.nextBoolean() ? SHIFTED : TimestampSpec.EXACT;
        CompressionSpec compression = random.nextBoolean()
                ? CompressionSpec.NONE
                : new CompressionSpec(Codec.ZSTD, 1 + 9 * random.nextDouble());
        return new BatchShape(
                new RecordSpec(size, keys, keys.cardinality() == 0 ? 0 : tombstones, timestamps), compression, 0, 1);
    }

    @ParameterizedTest
    @EnumSource
    void compressesByAboutTheRatio(Codec codec) {
        double ratio = codec == Codec.NONE ? 1 : 3;
        BatchShape shape = new BatchShape(
                new RecordSpec(new RecordSize.FixedSize(1000), KeySpec.NONE, 0, TimestampSpec.EXACT),
                new CompressionSpec(codec, ratio),
                0,
                1);
        BatchSketch sketch = new BatchSketcher(shape).sketch(1, 500, NOW, NOW + 100);
        ByteBuffer batch = maker.compressed(sketch);
        BatchValidator.validateFromClient(batch, 0, batch.limit());
        assertThat(BatchHeader.codecId(batch, 0)).isEqualTo(codec.ordinal());
        assertThat((double) batch.remaining()).isCloseTo(sketch.size(), within(0.15 * sketch.size()));
        assertThat(500_000.0 / batch.remaining()).isCloseTo(ratio, within(0.15 * ratio));
    }

    @Test
    void drawsKeysOfThePartitionByZipfsLaw() {
        BatchShape shape = new BatchShape(
                new RecordSpec(new RecordSize.FixedSize(60), new KeySpec(1000, 1.2), 0.25, TimestampSpec.EXACT),
                CompressionSpec.NONE,
                BatchShape.partitionOf(0, 3),
                3);
        ByteBuffer batch = maker.ofSize(new BatchSketcher(shape).sketch(5, 30_000, NOW, NOW + 1000));
        int[] counts = new int[1000];
        int tombstones = 0;
        try (RecordIterator records = RecordIterator.of(batch, 0, 1 << 30)) {
            while (records.next()) {
                int key = (int) records.key().getLong(records.key().position());
                assertThat(BatchShape.partitionOf(key, 3)).isEqualTo(shape.partition());
                counts[key]++;
                tombstones += records.hasValue() ? 0 : 1;
            }
        }
        List<Integer> own = new ArrayList<>();
        double sum = 0;
        for (int key = 0; key < 1000; key++) {
            if (BatchShape.partitionOf(key, 3) == shape.partition()) {
                own.add(key);
                sum += Math.pow(key + 1, -1.2);
            }
        }
        for (int key : own.subList(0, 4)) {
            double expected = 30_000 * Math.pow(key + 1, -1.2) / sum;
            assertThat((double) counts[key]).as("key %d", key).isCloseTo(expected, within(0.1 * expected + 20));
        }
        assertThat(tombstones / 30_000.0).isCloseTo(0.25, within(0.02));
    }

    @Test
    void drawsSumsOfManyRecordsLikeRecordByRecord() {
        BatchShape shape = new BatchShape(
                new RecordSpec(new RecordSize.LogNormal(300, 3000, 20_000), KeySpec.NONE, 0, SHIFTED),
                CompressionSpec.NONE,
                0,
                1);
        BatchSketcher sketcher = new BatchSketcher(shape);
        double few = 0;
        double many = 0;
        double ahead = 0;
        double aheadOneByOne = 0;
        RecordSeries series = new RecordSeries();
        for (int i = 0; i < 1000; i++) {
            for (int j = 0; j < 10; j++) {
                few += sketcher.sketch(1000 * i + j, 50, NOW, NOW).size() - BatchHeader.SIZE;
            }
            BatchSketch sketch = sketcher.sketch(i, 500, NOW, NOW);
            many += sketch.size() - BatchHeader.SIZE;
            ahead += sketch.maxTimestamp() - NOW;
            series.draw(i + 1_000_000, 500, NOW, NOW, shape);
            aheadOneByOne += series.maxTimestamp() - NOW;
        }
        assertThat(many).isCloseTo(few, within(0.01 * few));
        assertThat(ahead).isCloseTo(aheadOneByOne, within(0.05 * aheadOneByOne));
    }
}
