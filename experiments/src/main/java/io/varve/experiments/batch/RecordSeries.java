// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.batch;

import io.varve.core.record.BatchHeader;
import io.varve.experiments.scenario.RecordSize;
import io.varve.experiments.scenario.RecordSpec;
import io.varve.experiments.scenario.TimestampSpec;
import java.util.Arrays;

/**
 * Draws the timestamps and sizes of a batch's records, one after another, from the batch's seed. Sizes are
 * those of record format v2; where the shape is compressed, values are shorter by the ratio. Not thread-safe;
 * used again for the next batch.
 */
final class RecordSeries {
    /** The value's length of a record without a value. */
    static final int TOMBSTONE = -1;

    private static final int SHORT = 64;

    long[] timestamps = new long[SHORT];
    int[] values = new int[SHORT];
    int count;

    /**
     * Draws records that were produced evenly between two times.
     *
     * @param seed the batch's seed
     * @param number how many records
     */
    void draw(long seed, int number, long firstMs, long lastMs, BatchShape shape) {
        count = number;
        if (timestamps.length < number) {
            timestamps = new long[Math.max(number, timestamps.length * 2)];
            values = new int[timestamps.length];
        }
        Seeded random = new Seeded(seed);
        RecordSpec spec = shape.records();
        double ratio = shape.compression().ratio();
        int key = shape.keyed() ? BatchShape.KEY_BYTES : 0;
        for (int i = 0; i < number; i++) {
            timestamps[i] = timestamp(at(i, number, firstMs, lastMs), spec.timestamps(), random);
            boolean tombstone = random.chance(spec.tombstones());
            int size = size(spec.size(), random);
            values[i] = tombstone ? TOMBSTONE : (int) Math.ceil(Math.max(0, size - key) / ratio);
        }
    }

    private static long at(int i, int number, long firstMs, long lastMs) {
        return number == 1 ? lastMs : firstMs + (lastMs - firstMs) * i / (number - 1);
    }

    private static long timestamp(long producedMs, TimestampSpec spec, Seeded random) {
        if (random.chance(spec.late().share())) {
            return Math.max(0, producedMs - random.nextBelow(spec.late().byMs() + 1));
        }
        if (random.chance(spec.future().share())) {
            return producedMs + random.nextBelow(spec.future().byMs() + 1);
        }
        return producedMs;
    }

    /** @return bytes of key and value of one record */
    static int size(RecordSize size, Seeded random) {
        if (size instanceof RecordSize.Uniform uniform) {
            return uniform.min() + (int) random.nextBelow(uniform.max() - uniform.min() + 1L);
        }
        if (size instanceof RecordSize.LogNormal normal) {
            double drawn = normal.median() * StrictMath.exp(normal.sigma() * random.nextGaussian());
            return (int) Math.max(1, Math.min(normal.max(), Math.round(drawn)));
        }
        return size instanceof RecordSize.Histogram histogram ? size(histogram, random) : size.max();
    }

    private static int size(RecordSize.Histogram histogram, Seeded random) {
        double shares = histogram.buckets().stream()
                .mapToDouble(RecordSize.Histogram.Bucket::share)
                .sum();
        double drawn = random.nextDouble() * shares;
        for (RecordSize.Histogram.Bucket bucket : histogram.buckets()) {
            drawn -= bucket.share();
            if (drawn < 0) {
                return bucket.min() + (int) random.nextBelow(bucket.max() - bucket.min() + 1L);
            }
        }
        return histogram.max();
    }

    long maxTimestamp() {
        return Arrays.stream(timestamps, 0, count).max().orElse(BatchHeader.NO_TIMESTAMP);
    }

    /** @return bytes of all records, not compressed */
    long bytes(BatchShape shape) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += recordBytes(i, shape);
        }
        return sum;
    }

    int recordBytes(int i, BatchShape shape) {
        int key = shape.keyed() ? varint(BatchShape.KEY_BYTES) + BatchShape.KEY_BYTES : varint(-1);
        int value = varint(values[i]) + Math.max(0, values[i]);
        int body = 1 + varint(timestamps[i] - timestamps[0]) + varint(i) + key + value + varint(0);
        return varint(body) + body;
    }

    /** @return bytes of a number in zigzag varint form */
    private static int varint(long value) {
        long zigzag = (value << 1) ^ (value >> (Long.SIZE - 1));
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(zigzag) + 6) / 7);
    }

    /**
     * Changes values so that the records have a number of bytes in all, each value by about the same factor.
     *
     * @throws IllegalStateException if the values are too short for that
     */
    void fit(long target, BatchShape shape) {
        long more = target - bytes(shape);
        if (more != 0) {
            scale(more);
            more = target - bytes(shape);
        }
        for (boolean changing = true; more != 0 && changing; ) {
            changing = false;
            for (int i = 0; i < count && more != 0; i++) {
                long changed = changeByOne(i, Long.signum(more), shape);
                // If a length grew by a byte too, another record may be the one to change.
                if (Math.abs(changed) > Math.abs(more)) {
                    changeByOne(i, -Long.signum(more), shape);
                } else {
                    more -= changed;
                    changing |= changed != 0;
                }
            }
        }
        if (more != 0) {
            throw new IllegalStateException(count + " records cannot have " + target + " bytes in all");
        }
    }

    private void scale(long more) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Math.max(0, values[i]);
        }
        double factor = sum == 0 ? 1 : Math.max(0, 1 + more / (double) sum);
        for (int i = 0; i < count; i++) {
            values[i] = values[i] == TOMBSTONE ? TOMBSTONE : (int) (values[i] * factor);
        }
    }

    private long changeByOne(int i, int by, BatchShape shape) {
        if (values[i] == TOMBSTONE || values[i] + by < 0) {
            return 0;
        }
        int before = recordBytes(i, shape);
        values[i] += by;
        return recordBytes(i, shape) - before;
    }

    /** Lets one record have the largest timestamp of the batch, and no other a larger one. */
    void capTimestamps(long max) {
        int newest = 0;
        for (int i = 0; i < count; i++) {
            timestamps[i] = Math.min(timestamps[i], max);
            newest = timestamps[i] >= timestamps[newest] ? i : newest;
        }
        timestamps[newest] = max;
    }
}
