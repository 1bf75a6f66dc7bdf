// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts words by Kafka Streams with {@code exactly_once_v2}, while the server is killed repeatedly. */
class StreamsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int CRASHES = 3;
    private static final int LINES_BETWEEN_CRASHES = 400;
    private static final String[] WORDS = {"varve", "clay", "silt", "summer", "winter", "ice", "lake"};
    private static final String APPLICATION = "word-count";
    private static final String LINES = "lines";
    private static final String COUNTS = "counts";
    private static final long SEED = 20260101;

    @TempDir
    Path directory;

    private final Map<String, Long> sent = new HashMap<>();
    private final Map<String, List<Long>> counted = new HashMap<>();

    @Test
    void countsEachWordOnceThroughKillNine() throws Exception {
        Random random = new Random(SEED);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Broker broker = Broker.start(directory, "offsets.topic.num.partitions=4", "num.partitions=2");
        try (Admin admin = JavaClientsIT.admin(broker)) {
            admin.createTopics(List.of(new NewTopic(LINES, 2, (short) 1), new NewTopic(COUNTS, 2, (short) 1)))
                    .all()
                    .get();
        }
        KafkaStreams streams = StreamsApplication.start(
                broker,
                APPLICATION,
                topology(),
                directory.resolve("streams"),
                Map.of(
                        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                        StreamsConfig.EXACTLY_ONCE_V2,
                        StreamsConfig.consumerPrefix("max.poll.records"),
                        50),
                failure);
        try (Producer<String, String> producer = JavaClientsIT.producer(broker, Map.of());
                Consumer<String, String> counts = TransactionsIT.consumer(broker, "read_committed")) {
            counts.assign(TransactionsIT.partitions(counts, COUNTS));
            for (int crash = 0; crash < CRASHES; crash++) {
                long before = total();
                sendLines(producer, random);
                // In the middle: the lines are there, some of their words are counted, and more are being
                // counted.
                awaitCounted(counts, before + LINES_BETWEEN_CRASHES / 4, failure);
                broker.crash();
                broker = broker.again();
            }
            producer.flush();
            awaitCounted(
                    counts, sent.values().stream().mapToLong(Long::longValue).sum(), failure);
            streams.close(PATIENCE);
            TransactionsIT.awaitNoOpenTransaction(broker, COUNTS);
            assertThat(TransactionsIT.read(broker, COUNTS, "read_committed").values().stream()
                            .mapToLong(List::size)
                            .sum())
                    .isEqualTo(total());
            resetsTheApplication(broker);
        } finally {
            streams.close(PATIENCE);
            broker.close();
        }
        // Every update is there: a count lost or counted twice would show, and so would one of an aborted
        // transaction.
        assertThat(counted.keySet()).isEqualTo(sent.keySet());
        counted.forEach((word, counts) -> assertThat(counts)
                .as(word)
                .isEqualTo(LongStream.rangeClosed(1, sent.get(word)).boxed().toList()));
    }

    private static void resetsTheApplication(Broker broker) throws Exception {
        try (Admin admin = JavaClientsIT.admin(broker);
                ChildProcess reset = ChildProcess.start(
                        "bash",
                        "-c",
                        "bin/kafka-streams-application-reset.sh --force --application-id " + APPLICATION
                                + " --input-topics " + LINES + " --bootstrap-server " + broker.bootstrap())) {
            assertThat(admin.listTopics().names().get()).anyMatch(topic -> topic.startsWith(APPLICATION));
            reset.succeed();
            assertThat(admin.listTopics().names().get()).noneMatch(topic -> topic.startsWith(APPLICATION));
            assertThat(admin.listConsumerGroupOffsets(APPLICATION)
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .values())
                    .extracting(OffsetAndMetadata::offset)
                    .containsOnly(0L);
        }
    }

    private static Topology topology() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream(LINES)
                .flatMapValues(line -> List.of(line.toLowerCase(Locale.ROOT).split(" ")))
                .groupBy((key, word) -> word)
                .count(Materialized.<String, Long>as(Stores.inMemoryKeyValueStore("count"))
                        .withKeySerde(Serdes.String())
                        .withValueSerde(Serdes.Long()))
                .toStream()
                .mapValues(String::valueOf)
                .to(COUNTS, Produced.with(Serdes.String(), Serdes.String()));
        return builder.build();
    }

    private void sendLines(Producer<String, String> producer, Random random) {
        for (int line = 0; line < LINES_BETWEEN_CRASHES; line++) {
            List<String> words = new ArrayList<>();
            for (int word = 0; word < 1 + random.nextInt(4); word++) {
                words.add(WORDS[random.nextInt(WORDS.length)]);
            }
            words.forEach(word -> sent.merge(word, 1L, Long::sum));
            producer.send(new ProducerRecord<>(LINES, line % 2, null, String.join(" ", words)));
        }
    }

    private long total() {
        return counted.values().stream().mapToLong(List::size).sum();
    }

    private void awaitCounted(Consumer<String, String> counts, long total, AtomicReference<Throwable> failure) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (total() < total) {
            assertThat(failure.get()).isNull();
            assertThat(System.nanoTime())
                    .as("time, with %s of %s words", total(), total)
                    .isLessThan(deadline);
            for (ConsumerRecord<String, String> count : counts.poll(Duration.ofMillis(100))) {
                counted.computeIfAbsent(count.key(), key -> new ArrayList<>()).add(Long.parseLong(count.value()));
            }
        }
    }
}
