// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.batch;

import io.varve.core.record.BatchHeader;
import io.varve.experiments.scenario.CompressionSpec;
import io.varve.experiments.scenario.TimestampSpec;

/**
 * Sketches batches: draws their size and their largest timestamp. Draws record by record where there are few,
 * and from the distribution of the sum where there are many, since a week may have billions. Not thread-safe.
 */
public final class BatchSketcher {
    private static final int FEW = 64;
    /** Batches that mean and deviation are measured on, and the ms that each spans. */
    private static final int PILOTS = 256;

    private static final int PILOT_MS = 1000;
    /** Where tombstones are more frequent, or values shorter, sums are drawn record by record. */
    private static final double MANY_TOMBSTONES = 0.9;

    private static final double SHORT_VALUE = 16;

    private final BatchShape shape;
    private final RecordSeries series = new RecordSeries();
    private final double mean;
    private final double deviation;
    /** Bytes of a stored record beside its value, in a pilot. */
    private final double overhead;

    /** Bytes of a stored record's value. */
    private final double value;

    private final double payload;
    private final boolean oneByOne;

    /** @param shape what the records look like */
    public BatchSketcher(BatchShape shape) {
        this.shape = shape;
        double sum = 0;
        double squares = 0;
        double values = 0;
        double payloads = 0;
        BatchShape plain = new BatchShape(shape.records(), CompressionSpec.NONE, shape.partition(), shape.partitions());
        for (int i = 0; i < PILOTS; i++) {
            series.draw(i, FEW, 0, PILOT_MS, shape);
            for (int j = 0; j < FEW; j++) {
                double bytes = series.recordBytes(j, shape);
                sum += bytes;
                squares += bytes * bytes;
                values += Math.max(0, series.values[j]);
            }
            series.draw(i, FEW, 0, PILOT_MS, plain);
            for (int j = 0; j < FEW; j++) {
                payloads += Math.max(0, series.values[j]) + (shape.keyed() ? BatchShape.KEY_BYTES : 0);
            }
        }
        int records = PILOTS * FEW;
        double average = sum / records;
        this.mean = average + 1; // most offset deltas of a long batch take a byte more
        this.deviation = Math.sqrt(Math.max(0, squares / records - average * average));
        this.overhead = average - values / records;
        this.value = values / records;
        this.payload = Math.max(1, payloads / records);
        this.oneByOne = shape.records().tombstones() > MANY_TOMBSTONES || values / records < SHORT_VALUE;
    }

    /** @return mean bytes of a record's key and value, not compressed; at least 1 */
    public double meanPayload() {
        return payload;
    }

    /** @return standard deviation of the bytes of a stored record */
    public double deviation() {
        return deviation;
    }

    /** @return mean bytes of a stored record, compressed */
    public double meanBytes() {
        return mean;
    }

    /**
     * @param count mean number of records in a batch
     * @return mean bytes of a stored record, compressed: those of short batches have shorter offset deltas
     */
    public double meanBytes(double count) {
        return count <= FEW ? mean - 1 : mean;
    }

    /**
     * @param count number of records in a batch
     * @param spanMs between its first and its last, in ms
     * @return mean bytes of a stored record, compressed, or more: those of long batches have longer deltas
     */
    public double maxMeanBytes(double count, long spanMs) {
        return Math.max(mean, overhead + longer(count, spanMs) + value);
    }

    /**
     * Sketches a batch whose records were produced evenly between two times.
     *
     * @param seed what its records follow from
     * @param count number of records, at least 1
     * @param firstMs when the first was produced, in ms since the epoch
     * @param lastMs when the last was, in ms since the epoch
     * @return the sketch
     */
    public BatchSketch sketch(long seed, int count, long firstMs, long lastMs) {
        if (oneByOne || count <= FEW) {
            series.draw(seed, count, firstMs, lastMs, shape);
            return sketched(seed, count, firstMs, lastMs, series.bytes(shape), series.maxTimestamp());
        }
        Seeded random = new Seeded(Seeded.mix(seed));
        long bytes = Math.round(sum(count, lastMs - firstMs, random.nextGaussian()));
        return sketched(seed, count, firstMs, lastMs, bytes, lastMs + future(random.nextDouble(), count));
    }

    /**
     * Draws the bytes of many records: those beside the values, and the values' sum, whose logarithm is
     * normally distributed, with the sum's mean and deviation (Fenton and Wilkinson). Were the sum itself so
     * distributed, it would go below what records take at least, where a few values are large.
     */
    private double sum(int count, long spanMs, double normal) {
        double values = value * count;
        double relative = deviation * Math.sqrt(count) / values;
        double variance = StrictMath.log(1 + relative * relative);
        return (overhead + longer(count, spanMs)) * count
                + values * StrictMath.exp(Math.sqrt(variance) * normal - variance / 2);
    }

    /** @return bytes that a record's deltas have beyond those of a pilot's */
    private static double longer(double count, long spanMs) {
        return deltaBytes(spanMs) - deltaBytes(PILOT_MS) + deltaBytes((long) count - 1) - deltaBytes(FEW - 1L);
    }

    /** @return mean bytes of deltas that lie evenly from 0 to the last one */
    private static double deltaBytes(long last) {
        double bytes = 1;
        // A zigzag varint of so many bytes holds half of what an unsigned one of these bits does.
        for (int bits = 6; bits < Long.SIZE - 1; bits += 7) {
            bytes += Math.max(0, last - (1L << bits)) / Math.max(1.0, last);
        }
        return bytes;
    }

    private BatchSketch sketched(long seed, int count, long firstMs, long lastMs, long records, long maxTimestamp) {
        int size = Math.toIntExact(records + BatchHeader.SIZE);
        return new BatchSketch(seed, count, size, firstMs, lastMs, maxTimestamp, shape);
    }

    /**
     * @param drawn at least 0, below 1
     * @return how far ahead the largest of {@code count} timestamps lies, in ms: the inverse of its
     *     distribution
     */
    private long future(double drawn, int count) {
        TimestampSpec.Shift future = shape.records().timestamps().future();
        double share = future.share() * (1 - shape.records().timestamps().late().share());
        double one = StrictMath.pow(drawn, 1.0 / count);
        return share == 0 || one <= 1 - share ? 0 : (long) ((one - (1 - share)) / share * future.byMs());
    }
}
