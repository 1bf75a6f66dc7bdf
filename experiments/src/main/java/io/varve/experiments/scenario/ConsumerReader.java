// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads what reads a topic. */
final class ConsumerReader {
    private static final long MIN_POLL_MS = 10;
    private static final long MAX_POLL_MS = 86_400_000;
    private static final long TAIL_MS = 10_000;
    private static final long LAG_MS = 60_000;

    /** The kinds, as files name them. */
    enum Kind {
        TAILING,
        LAGGING,
        REPLAY,
        STOPPING
    }

    private ConsumerReader() {}

    static ConsumerSpec read(YamlValue field, Set<String> topics, Set<String> names) {
        Block block = field.block("consumer");
        String name = block.require("name", "a name")
                .map(value -> {
                    String text = value.text("a name").orElse("");
                    ScenarioReader.once(names, text, value, "consumer");
                    return text;
                })
                .orElse("");
        String topic = TrafficReader.topicName(block, topics);
        Optional<Rate> maxRate = block.find("max-rate").map(value -> value.rate(new Rate(1, Rate.Unit.RECORDS)));
        Optional<Kind> kind = block.require("kind", "tailing, lagging, replay or stopping")
                .map(value -> value.choice(null, Stream.of(Kind.values())));
        if (kind.isEmpty()) {
            // Which keys there may be is not known: the kind alone is told.
            return new ConsumerSpec(name, topic, maxRate, new ConsumerSpec.Tailing(TAIL_MS));
        }
        ConsumerSpec.Reading reading = reading(kind.get(), block);
        block.end();
        return new ConsumerSpec(name, topic, maxRate, reading);
    }

    private static ConsumerSpec.Reading reading(Kind kind, Block block) {
        return switch (kind) {
            case TAILING -> new ConsumerSpec.Tailing(poll(block, TAIL_MS));
            case LAGGING -> lagging(block);
            case REPLAY -> replay(block);
            case STOPPING -> {
                long poll = poll(block, TAIL_MS);
                long[] span = EnvironmentReader.span(block);
                yield new ConsumerSpec.Stopping(poll, span[0], span[1]);
            }
        };
    }

    private static long poll(Block block, long usual) {
        return block.find("poll")
                .map(value -> value.millis(usual, MIN_POLL_MS, MAX_POLL_MS))
                .orElse(usual);
    }

    private static ConsumerSpec.Reading lagging(Block block) {
        long poll = poll(block, LAG_MS);
        Optional<YamlValue> lag = block.require("lag", "{median: 1h, p99: 6h}");
        if (lag.isEmpty()) {
            return new ConsumerSpec.Lagging(poll, 1, 1);
        }
        Block spread = lag.get().block("lag");
        long median = spread.require("median", Quantities.DURATION)
                .map(value -> value.millis(1, 1, ScenarioReader.MAX_MS))
                .orElse(1L);
        Optional<YamlValue> high = spread.require("p99", Quantities.DURATION);
        long p99 = high.map(value -> value.millis(median, 1, ScenarioReader.MAX_MS))
                .orElse(median);
        if (p99 < median) {
            high.ifPresent(value -> value.wrong("must be the median or more"));
        }
        spread.end();
        return new ConsumerSpec.Lagging(poll, median, Math.max(median, p99));
    }

    private static ConsumerSpec.Reading replay(Block block) {
        long every = block.require("every", Quantities.DURATION)
                .map(value -> value.millis(86_400_000, 60_000, ScenarioReader.MAX_MS))
                .orElse(86_400_000L);
        long first = block.find("first")
                .map(value -> value.millis(every, 0, ScenarioReader.MAX_MS))
                .orElse(every);
        Optional<Long> back = block.find("back").map(value -> value.millis(every, 1, ScenarioReader.MAX_MS));
        return new ConsumerSpec.Replay(every, first, back);
    }
}
