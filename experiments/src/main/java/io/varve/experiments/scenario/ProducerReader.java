// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import io.varve.core.record.Codec;
import io.varve.experiments.scenario.RecordSize.Histogram.Bucket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads what writes to a topic. */
final class ProducerReader {
    /** Batches are what a run's time goes into, so there are few by default. */
    private static final int BATCH_BYTES = 1 << 20;

    private static final long LINGER_MS = 1_000;
    private static final int RECORD_BYTES = 1 << 10;
    private static final int MAX_RECORD_BYTES = 100 << 20;
    private static final double USUAL_RATIO = 3;
    private static final double MAX_FACTOR = 1_000_000;

    private ProducerReader() {}

    static ProducerSpec read(YamlValue field, Set<String> topics) {
        Block block = field.block("producer");
        String topic = TrafficReader.topicName(block, topics);
        Rate rate = block.require("rate", Quantities.RATE)
                .map(value -> value.rate(new Rate(1, Rate.Unit.RECORDS)))
                .orElse(new Rate(1, Rate.Unit.RECORDS));
        ProducerSpec spec = new ProducerSpec(topic, rate, records(block), batches(block), rhythm(block));
        block.end();
        return spec;
    }

    private static RecordSpec records(Block block) {
        RecordSize size =
                block.find("record-size").map(ProducerReader::size).orElse(new RecordSize.FixedSize(RECORD_BYTES));
        KeySpec keys = block.find("keys").map(ProducerReader::keys).orElse(KeySpec.NONE);
        double tombstones = block.find("tombstones")
                .map(value -> {
                    double share = value.number(0, 0, 1);
                    if (share > 0 && keys.cardinality() == 0) {
                        value.wrong("needs keys: a tombstone deletes one. Set keys: {cardinality: 1000}");
                    }
                    return share;
                })
                .orElse(0.0);
        TimestampSpec timestamps =
                block.find("timestamps").map(ProducerReader::timestamps).orElse(TimestampSpec.EXACT);
        return new RecordSpec(size, keys, tombstones, timestamps);
    }

    private static int bytes(YamlValue field) {
        return (int) field.bytes(RECORD_BYTES, 1, MAX_RECORD_BYTES);
    }

    private static RecordSize size(YamlValue field) {
        if (!field.isBlock()) {
            return new RecordSize.FixedSize(bytes(field));
        }
        Block block = field.block("record-size");
        List<RecordSize> sizes = new ArrayList<>();
        block.find("fixed").ifPresent(value -> sizes.add(new RecordSize.FixedSize(bytes(value))));
        block.find("uniform").ifPresent(value -> sizes.add(uniform(value)));
        block.find("lognormal").ifPresent(value -> sizes.add(logNormal(value)));
        block.find("histogram").ifPresent(value -> sizes.add(histogram(value)));
        block.end();
        if (sizes.size() != 1) {
            block.wrong("must have one of fixed, uniform, lognormal and histogram");
        }
        return sizes.isEmpty() ? new RecordSize.FixedSize(RECORD_BYTES) : sizes.get(0);
    }

    private static RecordSize uniform(YamlValue field) {
        Block block = field.block("uniform");
        int min =
                block.require("min", Quantities.SIZE).map(ProducerReader::bytes).orElse(1);
        Optional<YamlValue> top = block.require("max", Quantities.SIZE);
        int max = top.map(ProducerReader::bytes).orElse(min);
        block.end();
        if (max < min) {
            top.ifPresent(value -> value.wrong("must be min or more"));
        }
        return new RecordSize.Uniform(min, Math.max(min, max));
    }

    private static RecordSize logNormal(YamlValue field) {
        Block block = field.block("lognormal");
        int median = block.require("median", Quantities.SIZE)
                .map(ProducerReader::bytes)
                .orElse(1);
        Optional<YamlValue> high = block.require("p99", Quantities.SIZE);
        int p99 = high.map(ProducerReader::bytes).orElse(median);
        if (p99 < median) {
            high.ifPresent(value -> value.wrong("must be the median or more"));
        }
        int usual = (int) Math.min(MAX_RECORD_BYTES, 10L * p99);
        Optional<YamlValue> top = block.find("max");
        int max = top.map(ProducerReader::bytes).orElse(usual);
        if (max < p99) {
            top.ifPresent(value -> value.wrong("must be p99 or more"));
        }
        block.end();
        return new RecordSize.LogNormal(median, p99, max);
    }

    private static RecordSize histogram(YamlValue field) {
        List<Bucket> buckets = new ArrayList<>();
        int last = 0;
        for (YamlValue item : field.items("a list of ranges, as - {min: 0B, max: 1KiB, share: 0.9}")) {
            Block block = item.block("bucket");
            int min = block.require("min", Quantities.SIZE)
                    .map(value -> (int) value.bytes(0, 0, MAX_RECORD_BYTES))
                    .orElse(0);
            int max = block.require("max", Quantities.SIZE)
                    .map(ProducerReader::bytes)
                    .orElse(Math.max(1, min));
            double share = block.require("share", "a share of all records")
                    .map(value -> value.number(1, 1e-9, MAX_FACTOR))
                    .orElse(1.0);
            block.end();
            if (max < min || min < last) {
                block.wrong("must begin at the range before or above it, and end at or above its min");
            }
            last = max;
            buckets.add(new Bucket(min, max, share));
        }
        if (buckets.isEmpty() && field.isList()) {
            field.wrong("must have a range at least");
        }
        return buckets.isEmpty() ? new RecordSize.FixedSize(RECORD_BYTES) : new RecordSize.Histogram(buckets);
    }

    private static KeySpec keys(YamlValue field) {
        Block block = field.block("keys");
        long cardinality = block.require("cardinality", "how many keys there are")
                .map(value -> value.whole(1, 1, 1_000_000_000_000L))
                .orElse(1L);
        double skew = block.find("skew").map(value -> value.number(0, 0, 10)).orElse(0.0);
        block.end();
        return new KeySpec(cardinality, skew);
    }

    private static TimestampSpec timestamps(YamlValue field) {
        Block block = field.block("timestamps");
        TimestampSpec spec = new TimestampSpec(shift(block.find("late")), shift(block.find("future")));
        block.end();
        return spec;
    }

    private static TimestampSpec.Shift shift(Optional<YamlValue> field) {
        if (field.isEmpty()) {
            return TimestampSpec.Shift.NONE;
        }
        Block block = field.get().block("shift");
        TimestampSpec.Shift shift = new TimestampSpec.Shift(
                block.require("share", "a share of the records, from 0 to 1")
                        .map(value -> value.number(0, 0, 1))
                        .orElse(0.0),
                block.require("by", Quantities.DURATION)
                        .map(value -> value.millis(0, 0, ScenarioReader.MAX_MS))
                        .orElse(0L));
        block.end();
        return shift;
    }

    private static BatchSpec batches(Block producer) {
        long linger = LINGER_MS;
        int max = BATCH_BYTES;
        Optional<YamlValue> batch = producer.find("batch");
        if (batch.isPresent()) {
            Block block = batch.get().block("batch");
            linger = block.find("linger")
                    .map(value -> value.millis(LINGER_MS, 0, 3_600_000))
                    .orElse(LINGER_MS);
            max = block.find("max")
                    .map(value -> (int) value.bytes(BATCH_BYTES, 1, MAX_RECORD_BYTES))
                    .orElse(BATCH_BYTES);
            block.end();
        }
        return new BatchSpec(
                linger,
                max,
                producer.find("compression").map(ProducerReader::compression).orElse(CompressionSpec.NONE));
    }

    /** @return how batches are compressed: the codec's name, or a block with the ratio too */
    static CompressionSpec compression(YamlValue field) {
        if (!field.isBlock()) {
            return compression(field.choice(Codec.NONE, Stream.of(Codec.values())), USUAL_RATIO);
        }
        Block block = field.block("compression");
        Codec codec = block.require("codec", "none, gzip, snappy, lz4 or zstd")
                .map(value -> value.choice(Codec.NONE, Stream.of(Codec.values())))
                .orElse(Codec.NONE);
        double ratio = block.find("ratio")
                .map(value -> value.number(USUAL_RATIO, 1, 100))
                .orElse(USUAL_RATIO);
        block.end();
        return compression(codec, ratio);
    }

    private static CompressionSpec compression(Codec codec, double ratio) {
        return codec == Codec.NONE ? CompressionSpec.NONE : new CompressionSpec(codec, ratio);
    }

    private static Rhythm rhythm(Block producer) {
        List<Double> daily = List.of();
        List<Double> weekly = List.of();
        Optional<Rhythm.Pattern> pattern = Optional.empty();
        Optional<YamlValue> field = producer.find("rhythm");
        if (field.isPresent()) {
            Block block = field.get().block("rhythm");
            daily = block.find("daily").map(value -> factors(value, 24)).orElse(daily);
            weekly = block.find("weekly").map(value -> factors(value, 7)).orElse(weekly);
            pattern = block.find("pattern").map(ProducerReader::pattern);
            block.end();
        }
        List<Rhythm.Burst> bursts = new ArrayList<>();
        producer.find("bursts")
                .ifPresent(list -> list.items("a list of bursts, as - {every: 1d, length: 10m, factor: 5}")
                        .forEach(item -> bursts.add(burst(item))));
        return new Rhythm(daily, weekly, pattern, bursts);
    }

    private static List<Double> factors(YamlValue field, int wanted) {
        List<Double> factors = field.items("a list of factors").stream()
                .map(item -> item.number(1, 0, MAX_FACTOR))
                .toList();
        if (wanted > 0 && field.isList() && factors.size() != wanted) {
            field.wrong("has " + factors.size() + " factors: must have " + wanted
                    + (wanted == 24 ? ", one for each hour from midnight (UTC)" : ", Monday first"));
            return List.of();
        }
        return factors;
    }

    private static Rhythm.Pattern pattern(YamlValue field) {
        Block block = field.block("pattern");
        long step = block.require("step", Quantities.DURATION)
                .map(value -> value.millis(1_000, 1, ScenarioReader.MAX_MS))
                .orElse(1_000L);
        List<Double> factors = block.require("factors", "a list of factors")
                .map(value -> factors(value, 0))
                .orElse(List.of(1.0));
        block.end();
        if (factors.isEmpty()) {
            block.wrong("must have a factor at least");
        }
        return new Rhythm.Pattern(step, factors);
    }

    private static Rhythm.Burst burst(YamlValue field) {
        Block block = field.block("burst");
        long every = block.require("every", Quantities.DURATION)
                .map(value -> value.millis(1_000, 1_000, ScenarioReader.MAX_MS))
                .orElse(1_000L);
        long length = block.require("length", Quantities.DURATION)
                .map(value -> value.millis(every, 1, every))
                .orElse(every);
        double factor = block.require("factor", "what the rate is multiplied by")
                .map(value -> value.number(1, 0, MAX_FACTOR))
                .orElse(1.0);
        block.end();
        return new Rhythm.Burst(every, length, factor);
    }
}
