// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.e2e.history.HistoryEntry;
import io.varve.server.e2e.history.HistoryRecorder;
import io.varve.server.e2e.history.PlacedEntry;
import io.varve.server.e2e.history.StableOffsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads a bank's topic once to its end, or continuously while recording last stable offsets. */
final class BankReader {
    private static final Duration BETWEEN_CUTS = Duration.ofMillis(40);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Broker broker;
    private final List<TopicPartition> partitions;

    BankReader(Broker broker, String topic, int accounts) {
        this.broker = broker;
        partitions = IntStream.range(0, accounts)
                .mapToObj(account -> new TopicPartition(topic, account))
                .toList();
    }

    /** All that a consumer of this isolation level is shown. */
    List<PlacedEntry> all(String isolation) {
        List<PlacedEntry> all = new ArrayList<>();
        try (Consumer<String, String> consumer = consumer(isolation)) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                assertThat(System.nanoTime()).as("time").isLessThan(deadline);
                consumer.poll(Duration.ofMillis(100)).forEach(record -> all.add(placed(record)));
            }
        }
        return all;
    }

    /** What a consumer of committed records is shown until the bank closes. */
    Callable<List<PlacedEntry>> live(HistoryRecorder recorder, BooleanSupplier isOpen) {
        return () -> {
            List<PlacedEntry> live = new ArrayList<>();
            long nextCut = System.nanoTime();
            try (Consumer<String, String> consumer = consumer("read_committed")) {
                while (isOpen.getAsBoolean()) {
                    consumer.poll(BETWEEN_CUTS).forEach(record -> live.add(placed(record)));
                    if (System.nanoTime() - nextCut >= 0) {
                        cut(consumer, recorder);
                        nextCut = System.nanoTime() + BETWEEN_CUTS.toNanos();
                    }
                }
            }
            return live;
        };
    }

    private void cut(Consumer<String, String> consumer, HistoryRecorder recorder) {
        long before = recorder.tick();
        Map<Integer, Long> ends = new HashMap<>();
        try {
            consumer.endOffsets(partitions).forEach((at, end) -> ends.put(at.partition(), end));
        } catch (TimeoutException e) {
            // The server is down: there will be other cuts.
            return;
        }
        recorder.seen(new StableOffsets(before, recorder.tick(), ends));
    }

    private Consumer<String, String> consumer(String isolation) {
        Consumer<String, String> consumer = TransactionsIT.consumer(broker, isolation);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    private static PlacedEntry placed(ConsumerRecord<String, String> record) {
        return new PlacedEntry(record.partition(), record.offset(), HistoryEntry.parse(record.value()));
    }
}
