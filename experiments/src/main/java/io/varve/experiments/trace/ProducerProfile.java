// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import io.varve.core.record.Codec;
import io.varve.experiments.scenario.BatchSpec;
import io.varve.experiments.scenario.CompressionSpec;
import io.varve.experiments.scenario.KeySpec;
import io.varve.experiments.scenario.ProducerSpec;
import io.varve.experiments.scenario.Rate;
import io.varve.experiments.scenario.RecordSpec;
import io.varve.experiments.scenario.Rhythm;
import io.varve.experiments.scenario.TimestampSpec;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.Utils;

/** Sums up what is taken for one producer's records. Not thread-safe. */
final class ProducerProfile {
    private static final double MS_PER_SECOND = 1000;
    private static final long MAX_LINGER_MS = 3_600_000;
    private static final double MAX_RATIO = 100;
    private static final int SEARCH_STEPS = 40;

    private final Kind kind;
    private final SizeHistogram sizes = new SizeHistogram();
    private final KeySketch keys = new KeySketch();
    private final ShiftSketch late = new ShiftSketch();
    private final ShiftSketch future = new ShiftSketch();
    private final RateSeries rate = new RateSeries();
    private final long[] byPartition;
    private long records;
    private long tombstones;
    private long batches;
    private long maxBatch;
    private long rawBytes;
    private long storedBytes;
    private int inBatch;
    private long batchPayload;

    /**
     * Says what one producer's records have in common.
     *
     * @param codec of their batches
     * @param keyed whether they have keys
     */
    record Kind(Codec codec, boolean keyed) {}

    ProducerProfile(Kind kind, int partitions) {
        this.kind = kind;
        this.byPartition = new long[partitions];
    }

    /**
     * @param writtenMs about when it was written, in ms since the epoch
     * @param notBeforeMs when it was produced at the earliest, in ms since the epoch
     */
    void add(Record record, long writtenMs, long notBeforeMs) {
        int size = Math.max(0, record.keySize()) + Math.max(0, record.valueSize());
        for (Header header : record.headers()) {
            size += Utils.utf8Length(header.key()) + (header.value() == null ? 0 : header.value().length);
        }
        if (record.hasKey()) {
            keys.add(record.key());
        }
        if (record.hasValue()) {
            sizes.add(size);
        } else {
            tombstones++;
        }
        long timestamp = record.timestamp();
        boolean exact = Math.abs(timestamp - writtenMs) <= ShiftSketch.NEAR_MS;
        rate.add(Math.max(notBeforeMs, exact ? timestamp : writtenMs), 1);
        if (timestamp >= 0) {
            late.add(writtenMs - timestamp);
            future.add(timestamp - writtenMs);
        }
        inBatch++;
        batchPayload += size;
    }

    /** Ends a batch of which records were added. */
    void endBatch(int partition, long batchRawBytes, long batchStoredBytes) {
        byPartition[partition] += inBatch;
        records += inBatch;
        batches++;
        maxBatch = Math.max(maxBatch, batchPayload);
        rawBytes += batchRawBytes;
        storedBytes += batchStoredBytes;
        inBatch = 0;
        batchPayload = 0;
    }

    long records() {
        return records;
    }

    RateSeries rate() {
        return rate;
    }

    ProducerSpec spec(String topic) {
        KeySpec keySpec = keys.estimate();
        RecordSpec recordSpec = new RecordSpec(
                sizes.spec(),
                keySpec,
                keySpec.cardinality() == 0 ? 0 : Rounded.digits(tombstones / (double) records),
                new TimestampSpec(late.spec(records), future.spec(records)));
        Rhythm rhythm = rate.rhythm(records / (double) batches);
        double perSecond = Rounded.digits(records * MS_PER_SECOND / rate.lengthMs());
        return new ProducerSpec(
                topic,
                new Rate(Math.max(1e-9, perSecond), Rate.Unit.RECORDS),
                recordSpec,
                new BatchSpec(lingerMs(rhythm), (int) Math.max(1, Math.min(maxBatch, 100 << 20)), compression()),
                rhythm);
    }

    private CompressionSpec compression() {
        if (kind.codec() == Codec.NONE) {
            return CompressionSpec.NONE;
        }
        double ratio = Rounded.fewDigits(rawBytes / (double) Math.max(1, storedBytes));
        return new CompressionSpec(kind.codec(), Math.max(1, Math.min(MAX_RATIO, ratio)));
    }

    /** @return how long one producer of this rhythm must wait to make as many batches as were seen */
    private long lingerMs(Rhythm rhythm) {
        List<Double> factors = factors(rhythm);
        if (batchesAt(factors, MAX_LINGER_MS) >= batches) {
            return MAX_LINGER_MS;
        }
        double low = 0;
        double high = MAX_LINGER_MS;
        for (int i = 0; i < SEARCH_STEPS; i++) {
            double middle = (low + high) / 2;
            if (batchesAt(factors, middle) > batches) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return Math.round(high);
    }

    /** @return what the rate is multiplied by, in parts of the time of equal length */
    private static List<Double> factors(Rhythm rhythm) {
        if (rhythm.pattern().isPresent()) {
            return rhythm.pattern().get().factors();
        }
        List<Double> hours = rhythm.daily().isEmpty() ? List.of(1.0) : rhythm.daily();
        List<Double> days = rhythm.weekly().isEmpty() ? List.of(1.0) : rhythm.weekly();
        return days.stream()
                .flatMap(day -> hours.stream().map(hour -> day * hour))
                .toList();
    }

    /** @return batches that are made if each waits so long after its first record */
    private double batchesAt(List<Double> factors, double lingerMs) {
        double made = 0;
        double partMs = rate.lengthMs() / (double) factors.size();
        for (long ofPartition : byPartition) {
            for (double factor : factors) {
                double mean = ofPartition * factor / factors.size();
                made += mean / (1 + mean / partMs * lingerMs);
            }
        }
        return made;
    }
}
