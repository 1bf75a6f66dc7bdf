// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.batch;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.experiments.scenario.CompressionSpec;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes the bytes of a batch from its sketch: the same each time. Not thread-safe. */
public final class BatchMaker {
    private static final int FEW_ZEROS = 1 << 16;

    private final RecordSeries series = new RecordSeries();
    private final Map<BatchShape, ZipfRanks> ranks = new HashMap<>();
    private final ByteBuffer key = ByteBuffer.allocate(BatchShape.KEY_BYTES);
    private ByteBuffer value = ByteBuffer.allocate(FEW_ZEROS);

    /**
     * Makes a batch of exactly the sketch's size, whose records are not compressed: where the shape is
     * compressed, values are as much shorter.
     *
     * @param sketch which batch
     * @return the batch from position to limit, base offset 0; writable
     */
    public ByteBuffer ofSize(BatchSketch sketch) {
        draw(sketch, sketch.shape());
        series.fit(sketch.size() - BatchHeader.SIZE, sketch.shape());
        ByteBuffer batch = build(sketch, Codec.NONE, 1);
        if (batch.remaining() != sketch.size()) {
            throw new IllegalStateException(batch.remaining() + " bytes of a batch that has " + sketch.size());
        }
        return batch;
    }

    /**
     * Makes a batch as a producer sends it, compressed by the shape's codec. Its size is near the sketch's.
     *
     * @param sketch which batch
     * @return the batch from position to limit, base offset 0; writable
     */
    public ByteBuffer compressed(BatchSketch sketch) {
        CompressionSpec compression = sketch.shape().compression();
        if (compression.codec() == Codec.NONE) {
            return ofSize(sketch);
        }
        BatchShape shape = sketch.shape();
        draw(sketch, new BatchShape(shape.records(), CompressionSpec.NONE, shape.partition(), shape.partitions()));
        return build(sketch, Codec.forId(compression.codec().ordinal()), compression.ratio());
    }

    private void draw(BatchSketch sketch, BatchShape shape) {
        series.draw(sketch.seed(), sketch.count(), sketch.firstMs(), sketch.lastMs(), shape);
        series.capTimestamps(sketch.maxTimestamp());
    }

    private ByteBuffer build(BatchSketch sketch, Codec codec, double ratio) {
        BatchShape shape = sketch.shape();
        Seeded keys = new Seeded(Seeded.derive(sketch.seed(), "keys"));
        Seeded content = new Seeded(Seeded.derive(sketch.seed(), "content"));
        RecordBatchBuilder builder = new RecordBatchBuilder(codec);
        for (int i = 0; i < series.count; i++) {
            ByteBuffer keyBytes = shape.keyed() ? key.putLong(0, nextKey(shape, keys)) : null;
            builder.append(series.timestamps[i], keyBytes, value(series.values[i], content, ratio), List.of());
        }
        return builder.build();
    }

    private long nextKey(BatchShape shape, Seeded random) {
        ZipfRanks zipf = ranks.computeIfAbsent(
                shape,
                added -> new ZipfRanks(
                        added.records().keys().cardinality(),
                        added.records().keys().skew()));
        // A partition that no key belongs to gets no records; the bound only ends what cannot happen.
        for (int tries = 0; tries < 1 << 20; tries++) {
            long drawn = zipf.next(random);
            if (BatchShape.partitionOf(drawn, shape.partitions()) == shape.partition()) {
                return drawn;
            }
        }
        throw new IllegalStateException("no key belongs to partition " + shape.partition());
    }

    /** @return random bytes, then zeros: a codec makes it smaller by about the ratio; null for none */
    private ByteBuffer value(int length, Seeded random, double ratio) {
        if (length == RecordSeries.TOMBSTONE) {
            return null;
        }
        int randomBytes = (int) Math.ceil(length / ratio);
        if (value.capacity() < length + Long.BYTES) {
            value = ByteBuffer.allocate(2 * length + Long.BYTES);
        }
        value.clear();
        while (value.position() < randomBytes) {
            value.putLong(random.nextLong());
        }
        while (value.position() < length) {
            value.putLong(0);
        }
        return value.position(0).limit(length);
    }
}
